using RetinaSharp.Imaging;

namespace RetinaSharp.AspNetCore;

/// <summary>Limits and behavior of the service, for all models.</summary>
public sealed class ServingOptions
{
    /// <summary>Maximum of <see cref="MaxDetections"/>, because responses of the Open Inference Protocol are padded to that length.</summary>
    internal const int MaxMaxDetections = 10_000;

    private const int MaxMaxBodyBytes = 1 << 30;

    /// <summary>Maximum size of a request's body in bytes, from 1 to 1 GiB. A larger one is refused with status 413.</summary>
    public int MaxBodyBytes { get; set; } = 32 << 20;

    /// <summary>
    /// Maximum number of pixels of an image, from 1 to 100 million. It is compared with the size in the file's header, before the image is decoded; a larger image is
    /// refused with status 413. So is one with a side of more than 65,535 pixels.
    /// </summary>
    public long MaxPixels { get; set; } = 50_000_000;

    /// <summary>Maximum number of images in a request, at least 1. A request with more is refused with status 413.</summary>
    public int MaxImages { get; set; } = 16;

    /// <summary>
    /// Maximum number of images of a model that are being decoded or wait for the network, at least 1. A request with more images than are free is refused with status 429.
    /// Waiting images are in memory, decoded, in the resolution that the detector needs.
    /// </summary>
    public int QueueLength { get; set; } = 64;

    /// <summary>Maximum batch size, at least 1. Images of equal padded size form batches.</summary>
    public int MaxBatch { get; set; } = 8;

    /// <summary>How long an image waits for others to fill its batch, at least 0, counted from when it was decoded. It may wait longer while the network is busy.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// Time from the start of a request after which it is given up with status 504, above 0. Clients override it with the header <c>X-Timeout-Ms</c> or the query
    /// parameter <c>timeout_ms</c>.
    /// </summary>
    public TimeSpan DefaultDeadline { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Longest time that a client may set, at least <see cref="DefaultDeadline"/>; a longer one is shortened. It bounds how long a client that sends slowly occupies a
    /// connection, and how long requests keep a model that was replaced.
    /// </summary>
    public TimeSpan MaxDeadline { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Maximum number of detections per image that is returned if the client names none, from 1 to 10,000. It is also the length to which the outputs of the Open Inference
    /// Protocol are padded.
    /// </summary>
    public int MaxDetections { get; set; } = 100;

    /// <summary>Maximum number of images that are decoded at the same time, at least 1; by default, half the number of CPUs.</summary>
    public int DecodingThreads { get; set; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Number of times that a model runs on an empty image before it serves requests, at least 0.</summary>
    public int WarmUpRuns { get; set; } = 2;

    /// <summary>
    /// Interval in which the models' files are looked at, at least 0; 0: they are not watched. A replaced file is loaded when it has not changed for one interval.
    /// </summary>
    public TimeSpan ReloadInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Keys of which clients must send one, as <c>Authorization: Bearer KEY</c> or <c>X-API-Key: KEY</c>. If empty, clients need no key. Health checks, the page and the
    /// OpenAPI document need no key in any case.
    /// </summary>
    public IList<string> ApiKeys { get; } = [];

    /// <summary>Whether <c>/</c> is a page on which images can be tried.</summary>
    public bool ServesPage { get; set; } = true;

    /// <summary>Folder with images that the page offers as samples; null: none.</summary>
    public string? SamplesFolder { get; set; }

    /// <summary>Checks that all options are in their ranges.</summary>
    /// <exception cref="ArgumentException">An option is out of its range. The message names it.</exception>
    public void Validate()
    {
        Require(MaxBodyBytes is >= 1 and <= MaxMaxBodyBytes, nameof(MaxBodyBytes), MaxBodyBytes, $"from 1 to {MaxMaxBodyBytes}");
        Require(MaxPixels >= 1 && MaxPixels <= ImageDecodeOptions.Default.MaxPixels, nameof(MaxPixels), MaxPixels, $"from 1 to {ImageDecodeOptions.Default.MaxPixels}");
        Require(MaxImages >= 1, nameof(MaxImages), MaxImages, "1 or more");
        Require(QueueLength >= 1, nameof(QueueLength), QueueLength, "1 or more");
        Require(MaxBatch >= 1, nameof(MaxBatch), MaxBatch, "1 or more");
        Require(MaxDelay >= TimeSpan.Zero && MaxDelay <= MaxTime, nameof(MaxDelay), MaxDelay, $"from 0 to {MaxTime}");
        Require(DefaultDeadline > TimeSpan.Zero && DefaultDeadline <= MaxTime, nameof(DefaultDeadline), DefaultDeadline, $"above 0, up to {MaxTime}");
        Require(MaxDeadline >= DefaultDeadline && MaxDeadline <= MaxTime, nameof(MaxDeadline), MaxDeadline, $"from {nameof(DefaultDeadline)}, {DefaultDeadline}, to {MaxTime}");
        Require(MaxDetections is >= 1 and <= MaxMaxDetections, nameof(MaxDetections), MaxDetections, $"from 1 to {MaxMaxDetections}");
        Require(DecodingThreads >= 1, nameof(DecodingThreads), DecodingThreads, "1 or more");
        Require(WarmUpRuns >= 0, nameof(WarmUpRuns), WarmUpRuns, "0 or more");
        Require(ReloadInterval >= TimeSpan.Zero && ReloadInterval <= MaxTime, nameof(ReloadInterval), ReloadInterval, $"from 0 to {MaxTime}");
        if (ApiKeys.Any(string.IsNullOrWhiteSpace))
            throw new ArgumentException($"{nameof(ApiKeys)}: a key is empty.");
        if (SamplesFolder is not null && !Directory.Exists(SamplesFolder))
            throw new ArgumentException($"{nameof(SamplesFolder)} {SamplesFolder}: there is no such folder.");

        static void Require(bool holds, string name, object value, string range)
        {
            if (!holds)
                throw new ArgumentException($"{name} {value}: must be {range}.");
        }
    }

    /// <summary>Longest time that a timer may be set to.</summary>
    internal static TimeSpan MaxTime { get; } = TimeSpan.FromDays(1);
}
