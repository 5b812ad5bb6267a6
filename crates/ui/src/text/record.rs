//! Words of asking a department and of its answer.

crate::texts! {
    data_from(department: &str): "数据来自{department}", "From {department}";
    updated(at: &str): "{at} 更新", "updated {at}";
    refresh: "刷新", "Refresh";
    try_again: "再试一次", "Try again";
    stale_title(age: &str): "上次的结果：{age}", "This answer is from {age}";
    stale_detail(department: &str, at: &str): "{department}暂时连不上，先给您看{at} 的结果，之后可能有变化。", "{department} cannot be reached. This is its answer of {at}; things may have changed.";
    query_title: "查哪一个", "Which one";
    list_count(count: u64): "共 {count} 条", "{count} record", "{count} records";
    list_all_done: "都处理好了", "All settled";
    list_open: "待处理", "Open";
    list_settled: "已处理", "Settled";
    as_of(at: &str): "截至{at}", "As of {at}";
    detail_title: "详细信息", "Details";
    explained_by_rules: "按规定", "By the rules";
    evidence_title: "照片证据", "Photo evidence";
    evidence_alt(at: &str, place: &str): "{at} 在{place}拍下的照片，由部门提供", "Photograph taken {at} at {place}, given by the department";
    evidence_caption(department: &str): "{department}提供，原样显示", "Given by {department}, shown unchanged";
    evidence_none: "部门没有提供照片", "The department gave no photograph";
    if_wrong_title: "觉得不对？", "Looks wrong?";
    fingerprint(hash: &str): "结果指纹 {hash}", "Fingerprint of the answer {hash}";
    fingerprint_hint: "部门的原始答复留有指纹，改一个字都会不同。", "A fingerprint of the department's original answer; one changed letter would change it.";
    print: "打印", "Print";
    points_unit(count: u64): "分", "point", "points";
    points_left(count: u64): "还剩 {count} 分", "{count} point left", "{count} points left";
    points_taken(count: u64): "满分 12 分，本周期已记 {count} 分", "{count} of 12 points taken in this cycle", "{count} of 12 points taken in this cycle";
    empty_value: "部门未提供", "not given";
}
