//! A clerk's own file of duty tables: looked at before it counts, put in force as one, and taken back as one.

mod compare;
mod input;
mod views;

use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};

use self::{
    compare::Weighed,
    input::{Upload, Whose},
    views::{BroughtIn, ImportView, PreviewView},
};
use super::{
    Web,
    ahead::beside,
    error::ApiError,
    request::{Asked, Caller, List, Named, Written, allow},
};
use crate::{
    dispatcher::SubmitError,
    domain::{
        actor::{Actor, Capability},
        board::Board,
        command::{Command, Reply, RosterStep},
        ids::{AreaCode, ImportId},
        rejection::Rejection,
    },
    ingest::sheets::{self, Context, Guessing, MAX_BYTES, Reading},
};

/// Largest body: a file in base64, and what is said beside it.
const BODY_MAX: usize = MAX_BYTES / 3 * 4 + (1 << 20);

/// Looks at a file of duty tables: what was understood, who is meant, what is wrong and what it would change. Nothing
/// is changed. The file is the body; or JSON as for the import, where names have been chosen already.
#[utoipa::path(post, path = "/api/v1/roster/imports/preview", params(Whose),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = PreviewView), (status = 403), (status = 413), (status = 422)))]
pub(super) async fn preview(
    State(web): State<Web>,
    caller: Caller,
    Asked(whose): Asked<Whose>,
    request: Request,
) -> Result<Json<PreviewView>, ApiError> {
    let (_, upload) = admitted(&caller.actor, request).await?;
    let actor = caller.actor;
    let (upload, reading) = read(&web, &actor, whose, upload).await?;
    let view = web.board.read(move |board| {
        let weighed = Weighed::of(board, &actor, &reading, &upload.choices)?;
        Ok::<_, Rejection>(PreviewView::of(board, &reading, &weighed))
    });
    Ok(Json(view.await?.map_err(SubmitError::from)?))
}

/// Puts every table of a file in force, or none: 201, or 200 where all of it stands there already.
#[utoipa::path(post, path = "/api/v1/roster/imports", params(Whose), request_body = input::FileInput,
    responses((status = 201, body = BroughtIn), (status = 200, body = BroughtIn), (status = 403), (status = 409),
        (status = 413), (status = 422)))]
pub(super) async fn bring_in(
    State(web): State<Web>,
    caller: Caller,
    Asked(whose): Asked<Whose>,
    request: Request,
) -> Result<Response, ApiError> {
    let (written, upload) = admitted(&caller.actor, request).await?;
    let seen = upload.seen.ok_or_else(|| {
        ApiError::bad_field("seen", "look at the preview first, and send what it says here")
    })?;
    let id = written.command_id(&caller.actor);
    let actor = caller.actor.clone();
    let (upload, reading) = read(&web, &actor, whose, upload).await?;
    let tables = web.board.read(move |board| {
        let weighed = Weighed::of(board, &actor, &reading, &upload.choices);
        let weighed = weighed.map_err(SubmitError::from)?;
        weighed.tables(board, reading, &upload, seen)
    });
    let command = Command::Roster(RosterStep::Import(tables.await??));
    let committed = web.board.submit_as(caller.actor, command, id).await?;
    let (status, id, tables) = if let Reply::Import { id, tables } = committed.reply {
        (StatusCode::CREATED, Some(id), tables)
    } else if committed.reply == Reply::Done {
        (StatusCode::OK, None, 0)
    } else {
        return Err(ApiError::key_reused());
    };
    Ok((status, Json(BroughtIn { id, seq: committed.seq, tables })).into_response())
}

/// Lists the last imports, the newest first.
#[utoipa::path(get, path = "/api/v1/roster/imports",
    responses((status = 200, body = Vec<ImportView>), (status = 403)))]
pub(super) async fn list(
    State(web): State<Web>,
    caller: Caller,
) -> Result<Json<List<ImportView>>, ApiError> {
    allow(&caller.actor, Capability::EditRoster)?;
    let views = web.board.read(move |board| {
        let seen =
            board.imports.iter().rev().filter(|import| {
                import.tables.iter().all(|table| caller.actor.sees(table.post.area))
            });
        seen.map(|import| ImportView::of(board, import)).collect()
    });
    Ok(Json(List::whole(views.await?)))
}

/// Takes an import back: every table gets the lines that stood there before. Refused where somebody has changed one
/// since. Posts that were created with it stay.
#[utoipa::path(delete, path = "/api/v1/roster/imports/{id}", params(("id" = String, Path)),
    responses((status = 204), (status = 403), (status = 404), (status = 409)))]
pub(super) async fn take_back(
    State(web): State<Web>,
    caller: Caller,
    Named(id): Named<ImportId>,
    written: Written,
) -> Result<StatusCode, ApiError> {
    let command = written.command_id(&caller.actor);
    let step = Command::Roster(RosterStep::TakeBackImport(id));
    web.board.submit_as(caller.actor, step, command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reads the body of whoever may edit the roster.
async fn admitted(actor: &Actor, request: Request) -> Result<(Written, Upload), ApiError> {
    // Before anything is read: a stranger's file is not worth its memory.
    allow(actor, Capability::EditRoster)?;
    let written = Written::read(request, BODY_MAX).await?;
    let upload = Upload::of(&written)?;
    Ok((written, upload))
}

/// Reads the file away from the sockets and the board: a damaged workbook may take its time.
async fn read(
    web: &Web,
    actor: &Actor,
    whose: Whose,
    mut upload: Upload,
) -> Result<(Upload, Reading), ApiError> {
    let actor = actor.clone();
    let context = web.board.read(move |board| context(board, &actor, &whose)).await?;
    let context = context.map_err(SubmitError::from)?;
    let bytes = std::mem::take(&mut upload.bytes);
    let look = move || sheets::look(&bytes, &context, Guessing::WhereUnknown);
    Ok((upload, beside(look).await?))
}

fn context(board: &Board, actor: &Actor, whose: &Whose) -> Result<Context, Rejection> {
    if let Some(area) = whose.area {
        if board.areas.get(area).is_none() {
            return Err(Rejection::UnknownArea(area));
        }
        if !actor.sees(area) {
            return Err(Rejection::OutsideArea(area));
        }
    }
    let jurisdiction = board.jurisdiction().unwrap_or(AreaCode::UNSET);
    let of_board = Context::of(board, jurisdiction);
    Ok(Context { area: whose.area, year: whose.year, ..of_board })
}
