//! Icons by name, drawn by Lucide and compiled in; only those named here are part of the binary.
//!
//! An icon never speaks alone: it is hidden from screen readers, and the word stands beside it.

use icondata_lu::*;
use maud::Render;

use crate::svg;

macro_rules! icons {
    ($($name:literal => $icon:ident,)+) => {
        /// The names that packs may use.
        pub const ICONS: &[&str] = &[$($name),+];

        fn find(name: &str) -> Option<&'static str> {
            match name {
                $($name => Some($icon.data),)+
                _ => None,
            }
        }
    };
}

icons! {
    "accessibility" => LuAccessibility,
    "a-large-small" => LuALargeSmall,
    "baby" => LuBaby,
    "badge-check" => LuBadgeCheck,
    "bell" => LuBell,
    "bell-ring" => LuBellRing,
    "bike" => LuBike,
    "book-open" => LuBookOpen,
    "briefcase" => LuBriefcase,
    "building" => LuBuilding,
    "building-2" => LuBuilding2,
    "bus" => LuBus,
    "calendar" => LuCalendar,
    "calendar-check" => LuCalendarCheck,
    "camera" => LuCamera,
    "car" => LuCar,
    "cctv" => LuCctv,
    "check" => LuCheck,
    "chevron-right" => LuChevronRight,
    "circle-alert" => LuCircleAlert,
    "circle-check" => LuCircleCheck,
    "circle-help" => LuCircleHelp,
    "circle-user" => LuCircleUser,
    "circle-x" => LuCircleX,
    "clipboard-list" => LuClipboardList,
    "clock" => LuClock,
    "code" => LuCode,
    "contrast" => LuContrast,
    "credit-card" => LuCreditCard,
    "database" => LuDatabase,
    "download" => LuDownload,
    "droplet" => LuDroplet,
    "external-link" => LuExternalLink,
    "eye" => LuEye,
    "eye-off" => LuEyeOff,
    "file" => LuFile,
    "file-check" => LuFileCheck,
    "file-search" => LuFileSearch,
    "file-text" => LuFileText,
    "fingerprint" => LuFingerprint,
    "flame" => LuFlame,
    "gauge" => LuGauge,
    "globe" => LuGlobe,
    "graduation-cap" => LuGraduationCap,
    "handshake" => LuHandshake,
    "heart" => LuHeart,
    "heart-pulse" => LuHeartPulse,
    "history" => LuHistory,
    "hospital" => LuHospital,
    "house" => LuHouse,
    "id-card" => LuIdCard,
    "image" => LuImage,
    "inbox" => LuInbox,
    "info" => LuInfo,
    "key" => LuKey,
    "landmark" => LuLandmark,
    "languages" => LuLanguages,
    "library" => LuLibrary,
    "lightbulb" => LuLightbulb,
    "list-checks" => LuListChecks,
    "lock" => LuLock,
    "log-in" => LuLogIn,
    "log-out" => LuLogOut,
    "mail" => LuMail,
    "map" => LuMap,
    "map-pin" => LuMapPin,
    "megaphone" => LuMegaphone,
    "message-circle" => LuMessageCircle,
    "message-square" => LuMessageSquare,
    "microscope" => LuMicroscope,
    "monitor" => LuMonitor,
    "moon" => LuMoon,
    "mountain" => LuMountain,
    "newspaper" => LuNewspaper,
    "palette" => LuPalette,
    "pencil" => LuPencil,
    "phone" => LuPhone,
    "pill" => LuPill,
    "plane" => LuPlane,
    "plus" => LuPlus,
    "printer" => LuPrinter,
    "qr-code" => LuQrCode,
    "receipt" => LuReceipt,
    "refresh-cw" => LuRefreshCw,
    "route" => LuRoute,
    "scale" => LuScale,
    "scan" => LuScan,
    "search" => LuSearch,
    "settings" => LuSettings,
    "share-2" => LuShare2,
    "shield" => LuShield,
    "shield-check" => LuShieldCheck,
    "signal" => LuSignal,
    "smartphone" => LuSmartphone,
    "square-parking" => LuSquareParking,
    "stethoscope" => LuStethoscope,
    "store" => LuStore,
    "sun" => LuSun,
    "test-tube" => LuTestTube,
    "thermometer" => LuThermometer,
    "ticket" => LuTicket,
    "traffic-cone" => LuTrafficCone,
    "trash-2" => LuTrash2,
    "trees" => LuTrees,
    "triangle-alert" => LuTriangleAlert,
    "truck" => LuTruck,
    "type" => LuType,
    "upload" => LuUpload,
    "user" => LuUser,
    "user-check" => LuUserCheck,
    "user-plus" => LuUserPlus,
    "users" => LuUsers,
    "wallet" => LuWallet,
    "wifi" => LuWifi,
    "wifi-off" => LuWifiOff,
    "wrench" => LuWrench,
    "x" => LuX,
    "zap" => LuZap,
}

/// The icon as inline SVG. A name that is not in [`ICONS`] draws a plain file, because a missing picture must not take a
/// page down; the pack linter has already refused it.
#[must_use]
pub fn icon(name: &str) -> Icon {
    Icon(find(name).unwrap_or(LuFile.data))
}

/// An icon that is written straight into the page around it.
#[derive(Clone, Copy, Debug)]
pub struct Icon(&'static str);

impl Render for Icon {
    fn render_to(&self, page: &mut String) {
        for part in [
            r#"<svg class="i" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">"#,
            self.0,
            "</svg>",
        ] {
            svg::write(page, part);
        }
    }
}
