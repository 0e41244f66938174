namespace RetinaSharp.AspNetCore.Queueing;

/// <summary>Limits of the batches of a <see cref="BatchQueue"/>.</summary>
/// <param name="MaxBatch">Maximum batch size, at least 1.</param>
/// <param name="MaxDelay">How long an image waits for others of its size.</param>
/// <param name="Concurrency">Maximum number of batches that run at the same time, at least 1.</param>
internal sealed record BatchQueueOptions(int MaxBatch, TimeSpan MaxDelay, int Concurrency);
