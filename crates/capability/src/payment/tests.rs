use super::*;

#[test]
fn words_are_read_back() {
    for state in State::ALL {
        assert_eq!(State::parse(state.word()), Some(*state));
    }
    for state in AttemptState::ALL {
        assert_eq!(AttemptState::parse(state.word()), Some(*state));
    }
    assert_eq!(State::parse("open"), None);
}

#[test]
fn the_table_is_a_function_and_every_end_is_an_end() {
    for (i, (from, on, _)) in TABLE.iter().enumerate() {
        assert!(!from.is_final(), "{from:?} is left by {on:?}");
        assert!(!TABLE[..i].iter().any(|(state, event, _)| (state, event) == (from, on)), "{from:?} {on:?} twice");
    }
    for state in State::ALL.iter().filter(|state| !state.is_final()) {
        assert!(TABLE.iter().any(|(from, _, _)| from == state), "{state:?} is left by nothing");
    }
}

#[test]
fn a_payee_is_a_department_or_the_treasury() {
    for name in ["merchant:a-utility", "treasury:990100:103050101"] {
        assert_eq!(Payee::parse(name).expect(name).account().as_str(), name);
    }
    for name in ["escrow", "clearing:alipay", "merchant:", "treasury:1:2"] {
        assert_eq!(Payee::parse(name), None, "{name}");
    }
}
