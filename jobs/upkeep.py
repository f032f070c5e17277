"""Jobs about jobs: take up again what a worker left half done when it died."""

import structlog
from procrastinate import App, JobContext
from procrastinate.exceptions import ConnectorException

log = structlog.get_logger()

RETRY_STALLED = "jobs.retry_stalled"


def register(app: App) -> None:
    """Make the upkeep known to the worker. The library finds stalled jobs but leaves them lying."""
    # No `lock`: held by a dead worker it would stop the very task that frees locks.
    task = app.task(
        name=RETRY_STALLED, queue="upkeep", queueing_lock=RETRY_STALLED, pass_context=True
    )
    app.periodic(cron="* * * * *")(task(retry_stalled))


async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Put jobs back whose worker has given no sign of life for half a minute."""
    del timestamp
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        try:
            await manager.retry_job(job)
        except ConnectorException:
            # Ended or taken up between the look and the touch: then nothing is stalled.
            continue
        log.warning(
            "stalled job taken up again", job=job.id, task=job.task_name, args=job.task_kwargs
        )
