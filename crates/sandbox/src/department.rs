//! The departments that are simulated, and what each says about itself on the index page.

use kernel::Text;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Department {
    TrafficPolice,
    VehicleRegister,
    DriverRegister,
    MedicalRegister,
    PublicSecurity,
    Water,
    Electricity,
    Gas,
    Heating,
    Broadband,
    Hospital,
    Clinic,
    PoliceHall,
    MarriageRegistry,
    Attraction,
    Carrier,
    Alipay,
    #[serde(rename = "wechatpay")]
    WechatPay,
    Sms,
}

impl Department {
    pub const ALL: [Self; 19] = [
        Self::TrafficPolice,
        Self::VehicleRegister,
        Self::DriverRegister,
        Self::MedicalRegister,
        Self::PublicSecurity,
        Self::Water,
        Self::Electricity,
        Self::Gas,
        Self::Heating,
        Self::Broadband,
        Self::Hospital,
        Self::Clinic,
        Self::PoliceHall,
        Self::MarriageRegistry,
        Self::Attraction,
        Self::Carrier,
        Self::Alipay,
        Self::WechatPay,
        Self::Sms,
    ];

    /// Whoever is told of bookings.
    pub const BOOKED: [Self; 5] =
        [Self::Clinic, Self::PoliceHall, Self::MarriageRegistry, Self::Attraction, Self::Carrier];

    /// The word in paths and in the fault API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::TrafficPolice => "traffic-police",
            Self::VehicleRegister => "vehicle-register",
            Self::DriverRegister => "driver-register",
            Self::MedicalRegister => "medical-register",
            Self::PublicSecurity => "public-security",
            Self::Water => "water",
            Self::Electricity => "electricity",
            Self::Gas => "gas",
            Self::Heating => "heating",
            Self::Broadband => "broadband",
            Self::Hospital => "hospital",
            Self::Clinic => "clinic",
            Self::PoliceHall => "police-hall",
            Self::MarriageRegistry => "marriage-registry",
            Self::Attraction => "attraction",
            Self::Carrier => "carrier",
            Self::Alipay => "alipay",
            Self::WechatPay => "wechatpay",
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
            Self::Water => Text::new("自来水公司", "Water company"),
            Self::Electricity => Text::new("供电公司", "Electricity company"),
            Self::Gas => Text::new("燃气公司", "Gas company"),
            Self::Heating => Text::new("供热公司", "Heating company"),
            Self::Broadband => Text::new("宽带公司", "Broadband company"),
            Self::Hospital => Text::new("医院就诊卡", "Hospital cards"),
            Self::Clinic => Text::new("医院挂号系统", "Hospital information system"),
            Self::PoliceHall => Text::new("公安办事大厅", "Police hall"),
            Self::MarriageRegistry => Text::new("婚姻登记处", "Marriage registry"),
            Self::Attraction => Text::new("景区检票系统", "Attraction gates"),
            Self::Carrier => Text::new("客运公司", "Coach carrier"),
            Self::Alipay => Text::new("支付宝", "Alipay"),
            Self::WechatPay => Text::new("微信支付", "WeChat Pay"),
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
            Self::Water => Text::new("水费：可分次缴", "Water bills; may be paid in parts"),
            Self::Electricity => {
                Text::new("电费：逾期每日 0.1%，先缴旧账", "Electricity bills; 0.1 % a day late, oldest first")
            }
            Self::Gas => Text::new("燃气费与预存余额，先缴旧账", "Gas bills, oldest first, and a balance to top up"),
            Self::Heating => Text::new("采暖费：按面积，一季一缴", "Heating by floor area, a bill a season"),
            Self::Broadband => Text::new("宽带月费与预存余额", "Broadband by the month, and a balance to top up"),
            Self::Hospital => {
                Text::new("就诊卡余额、充值、退回余款", "Balance of a card, top-ups, and giving the rest back")
            }
            Self::Clinic => Text::new(
                "收下挂号、退号与报到；字段名同支付宝医疗挂号通知",
                "Takes registrations, cancellations and arrivals, in the field names of Alipay's notice",
            ),
            Self::PoliceHall => Text::new("收下窗口预约、取消与取号", "Takes appointments at windows"),
            Self::MarriageRegistry => Text::new(
                "收下双方的预约；核对婚姻状况与户籍地",
                "Takes appointments of two, and says who may marry and where they are registered",
            ),
            Self::Attraction => Text::new("收下门票、退票与入园", "Takes tickets, refunds and entries"),
            Self::Carrier => {
                Text::new("收下车票、退票与上车，座位不重售", "Takes coach tickets; no seat is sold twice")
            }
            Self::Alipay => Text::new(
                "开放平台：RSA2 签名、收银台、通知、退款、账单、代扣",
                "Open platform: RSA2, cashier, notices, refunds, bills, debits by agreement",
            ),
            Self::WechatPay => Text::new(
                "V3 接口：签名的请求与应答、加密的回调、退款、账单",
                "V3: signed requests and answers, sealed callbacks, refunds, bills",
            ),
            Self::Sms => Text::new("收下短信，显示在收件箱", "Takes text messages and shows them in the inbox"),
        }
    }

    /// What can go wrong here: gateways have faults of their own, and are never about persons.
    #[must_use]
    pub const fn faults(self) -> &'static [Fault] {
        match self {
            Self::Alipay | Self::WechatPay => &Fault::OF_GATEWAYS,
            Self::Clinic | Self::PoliceHall | Self::MarriageRegistry | Self::Attraction | Self::Carrier => {
                &Fault::OF_BOOKED
            }
            _ => &Fault::OF_DEPARTMENTS,
        }
    }

    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}
