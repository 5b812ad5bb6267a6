//! Words for when something does not work: what happened, what became of what you entered, what to do now.

crate::texts! {
    errors_title(count: u64): "有 {count} 处需要改一下", "There is {count} thing to mend", "There are {count} things to mend";
    unavailable_title(department: &str): "{department}暂时连不上", "{department} cannot be reached";
    unavailable_detail: "不是您的问题，也不代表没有记录。过几分钟再试，一般就好了。", "It is not your doing, and it does not mean there is no record. Trying again in a few minutes usually works.";
    unavailable_instead(phone: &str): "等不及，可以拨打 {phone}，或去窗口办。", "If it cannot wait, call {phone} or visit the counter.";
    unmatched_vehicle_title: "车辆信息对不上了", "The car no longer matches";
    unmatched_vehicle_detail: "车过户、换牌或登记信息改过，都会这样。还是您的车，就重新绑定；已经卖了，就解绑这张卡。", "This happens after a sale, a new plate or a changed registration. If the car is still yours, bind it again; if it is sold, remove the card.";
    unmatched_licence_title: "驾驶证信息对不上了", "The licence no longer matches";
    unmatched_licence_detail: "换证、补证或转到外地以后，档案编号可能变了。看一下新证，重新绑定。", "After a renewal, a replacement or a move the file number may have changed. Look at the new licence and bind it again.";
    unmatched_says(department: &str): "{department}用这张卡上的信息查不到，这不代表没有记录。", "{department} finds nothing under this card, which does not mean that there is no record.";
    unmatched_customer_title: "这个户号查不到了", "There is no such account any more";
    unmatched_customer_detail: "可能换了户主、换了表，或者已经销户。对照最近一张账单重新添加户号。", "The holder or the meter may have changed, or the account was closed. Add it again from the latest bill.";
    unmatched_rebind: "去我的卡证重新绑定", "Bind it again in my cards";
    half_answer_title(department: &str): "{department}的答复不完整", "The answer from {department} is incomplete";
    half_answer_detail: "不完整的结果容易误会，所以没有显示。过几分钟再试。", "Half an answer misleads, so it is not shown. Try again in a few minutes.";
    not_found_title: "没有这个页面", "There is no such page";
    not_found_detail: "地址可能写错了，或者页面换了地方。从首页或搜索进去，一般能找到。", "The address may be mistyped, or the page has moved. Try the home page or the search.";
    gone_title: "这个页面已经撤下", "This page has been taken down";
    gone_detail: "从首页重新开始，最快。", "Starting again from the home page is quickest.";
    unprocessable_title: "有些内容要改一下", "Some things need mending";
    unprocessable_detail: "返回上一页，照提示改好再提交，填过的都还在。", "Go back, mend what is marked and send it again. What you entered is kept.";
    form_stale_title: "这个表单放得太久了", "This form has been open for too long";
    form_stale_detail: "返回上一页刷新一下，再提交一次。", "Go back, refresh, and send it again.";
    internal_title: "我们这边出了问题", "Something went wrong on our side";
    internal_detail: "已经记下来，有人会处理。您的信息没有丢，过几分钟再试。", "It has been recorded and will be dealt with. Nothing of yours is lost; try again in a few minutes.";
    busy_title: "现在人有点多", "It is busy right now";
    busy_detail: "稍等一会儿，再点一次“再试一次”。", "Wait a moment and try again.";
    offline_title: "网络断了", "You are offline";
    offline_detail: "看看手机有没有信号。连上以后点“再试一次”。急事可以拨打 12345。", "Check your signal, then try again. For urgent matters call 12345.";
    forbidden_title: "这里只给本人看", "Only the owner may see this";
    forbidden_detail: "登录本人的账号再来。", "Sign in with the owner's account.";
}
