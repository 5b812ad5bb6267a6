//! The departments that are simulated, and what each says about itself on the index page.

use kernel::Text;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Department {
    TrafficPolice,
    VehicleRegister,
    DriverRegister,
    MedicalRegister,
    PublicSecurity,
    Sms,
}

impl Department {
    pub const ALL: [Self; 6] = [
        Self::TrafficPolice,
        Self::VehicleRegister,
        Self::DriverRegister,
        Self::MedicalRegister,
        Self::PublicSecurity,
        Self::Sms,
    ];

    /// The word in paths and in the fault API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::TrafficPolice => "traffic-police",
            Self::VehicleRegister => "vehicle-register",
            Self::DriverRegister => "driver-register",
            Self::MedicalRegister => "medical-register",
            Self::PublicSecurity => "public-security",
            Self::Sms => "sms",
        }
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|department| department.word() == word)
    }

    #[must_use]
    pub fn name(self) -> Text {
        match self {
            Self::TrafficPolice => Text::new("交通警察", "Traffic police"),
            Self::VehicleRegister => Text::new("机动车登记", "Vehicle register"),
            Self::DriverRegister => Text::new("驾驶人登记", "Driver register"),
            Self::MedicalRegister => Text::new("驾驶人体检", "Medical register"),
            Self::PublicSecurity => Text::new("公安人口库", "Public security"),
            Self::Sms => Text::new("短信网关", "SMS gateway"),
        }
    }

    #[must_use]
    pub fn about(self) -> Text {
        match self {
            Self::TrafficPolice => Text::new(
                "车辆违法、驾驶人违法记录与取证照片",
                "Violations of vehicles and drivers, with evidence photos",
            ),
            Self::VehicleRegister => {
                Text::new("核对车辆是不是本人的，检验有效期", "Whether a vehicle is this person's; inspection dates")
            }
            Self::DriverRegister => {
                Text::new("核对驾驶证，准驾车型、有效期与累积记分", "Licence check, class, validity and points")
            }
            Self::MedicalRegister => Text::new("驾驶人身体条件证明", "Medical certificates of drivers"),
            Self::PublicSecurity => {
                Text::new("姓名与身份证号核对，监护关系核对", "Real-name check and guardianship check")
            }
            Self::Sms => Text::new("收下短信，显示在收件箱", "Takes text messages and shows them in the inbox"),
        }
    }

    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}
