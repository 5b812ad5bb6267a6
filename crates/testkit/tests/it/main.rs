//! The whole house under test, on both engines, over real HTTP; and the rules that hold its walls.

mod authorisation;
mod bills;
mod desk;
mod desk_money;
mod full;
mod misbehaviour;
mod money;
mod reload;
mod restart;
mod stories;
mod tidy;
mod truth;
mod unseen;
