//! What states are called on paper.

use crate::domain::{
    assignment::Status,
    evacuation,
    hotspot::{Confidence, Finding},
    incident,
    report::Progress,
    task,
};

/// Marks what is of a drill, as every face does.
pub(super) fn marked(title: &str, drill: bool) -> String {
    if drill { format!("【演练】{title}") } else { title.to_owned() }
}

pub(super) fn incident(stage: incident::Stage) -> &'static str {
    match stage {
        incident::Stage::Received => "接报",
        incident::Stage::Verified => "核实",
        incident::Stage::Handling => "处置",
        incident::Stage::Unfounded => "不实",
        incident::Stage::Closed => "办结",
    }
}

pub(super) fn level(level: u8) -> &'static str {
    match level {
        1 => "特别重大",
        2 => "重大",
        3 => "较大",
        _ => "一般",
    }
}

pub(super) fn way(way: incident::Way) -> &'static str {
    match way {
        incident::Way::Phone => "电话",
        incident::Way::Web => "网页",
        incident::Way::Api => "系统接入",
        incident::Way::Radio => "电台",
        incident::Way::InPerson => "当面",
        incident::Way::Document => "文件",
    }
}

pub(super) fn task(stage: task::Stage) -> &'static str {
    match stage {
        task::Stage::Given => "待签收",
        task::Stage::Signed => "已签收",
        task::Stage::Done => "已办结",
        task::Stage::Withdrawn => "已撤回",
    }
}

pub(super) fn assignment(status: Status) -> &'static str {
    match status {
        Status::Ordered => "待接令",
        Status::Accepted => "已接令",
        Status::Declined => "不能出动",
        Status::EnRoute => "途中",
        Status::OnScene => "到场",
        Status::Done => "完成",
        Status::Recalled => "召回",
        Status::Returned => "归队",
    }
}

pub(super) fn evacuation(state: &str) -> &'static str {
    match state {
        "running" => "转移中",
        "done" => "已完成",
        _ => "已解除",
    }
}

pub(super) fn transfer(stage: evacuation::Stage) -> &'static str {
    match stage {
        evacuation::Stage::Running => "转移中",
        evacuation::Stage::Done => "已完成",
        evacuation::Stage::CalledOff => "已取消",
        evacuation::Stage::Returning => "返回中",
        evacuation::Stage::Returned => "已返回",
    }
}

pub(super) fn progress(progress: Progress) -> &'static str {
    match progress {
        Progress::Drafted => "拟稿",
        Progress::Checked => "已审核",
        Progress::Signed => "已签发",
        Progress::Sent => "已报送",
        Progress::Dropped => "作废",
    }
}

pub(super) fn finding(finding: Finding) -> &'static str {
    match finding {
        Finding::TrueFire => "真实火情",
        Finding::ControlledBurn => "计划烧除、农事用火",
        Finding::False => "误报",
        Finding::NotFound => "未发现",
    }
}

pub(super) fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "低",
        Confidence::Nominal => "中",
        Confidence::High => "高",
    }
}
