using Microsoft.Extensions.Logging;

namespace RetinaSharp.Detection.Training;

/// <summary>Log messages of training.</summary>
internal static partial class TrainingLog
{
    [LoggerMessage(1, LogLevel.Information, "{Folder} contains no run yet: training starts from the beginning.")]
    public static partial void NoRunToResume(this ILogger logger, string folder);

    [LoggerMessage(2, LogLevel.Information, "The run in {Folder} is finished after {Epochs} epochs{Reason}: nothing is left to do.")]
    public static partial void AlreadyFinished(this ILogger logger, string folder, int epochs, string reason);

    [LoggerMessage(3, LogLevel.Information, "The run in {Folder} goes on after step {Step}, in epoch {Epoch}.")]
    public static partial void Resumed(this ILogger logger, string folder, long step, int epoch);

    [LoggerMessage(4, LogLevel.Information,
        "The run in {Folder} is extended from {Before} to {Epochs} epochs. The learning rate schedule now spans all of them and continues where such a run would be after epoch {Epoch}.")]
    public static partial void Extended(this ILogger logger, string folder, int before, int epochs, int epoch);

    [LoggerMessage(5, LogLevel.Information, "The run was computed on {Before} and continues on {Now}: results may differ in the last bits.")]
    public static partial void ComputedElsewhere(this ILogger logger, string before, string now);

    [LoggerMessage(6, LogLevel.Warning, "{Problem}")]
    public static partial void CheckpointNotUsed(this ILogger logger, string problem);

    [LoggerMessage(7, LogLevel.Information, "{Summary}")]
    public static partial void WeightsLoaded(this ILogger logger, string summary);

    [LoggerMessage(8, LogLevel.Warning,
        "The backbone starts from random weights, but its normalization or some of its stages are frozen, as if it had been trained: it will learn little. "
        + "Use pretrained weights, or batch or group norm with nothing frozen.")]
    public static partial void FrozenAtRandomWeights(this ILogger logger);

    [LoggerMessage(9, LogLevel.Information, "AP has not improved for {Epochs} epochs: training ends early. The best epoch was {BestEpoch}.")]
    public static partial void StoppedEarly(this ILogger logger, int epochs, int bestEpoch);

    [LoggerMessage(10, LogLevel.Information, "A callback stopped the run after step {Step}: {Reason}")]
    public static partial void StoppedByCallback(this ILogger logger, long step, string reason);

    [LoggerMessage(11, LogLevel.Warning, "{Problem} Training continues and retries later; files written before are intact.")]
    public static partial void WriteFailed(this ILogger logger, string problem);

    [LoggerMessage(12, LogLevel.Warning, "Skipped an image that cannot be used: {Problem}")]
    public static partial void ImageSkipped(this ILogger logger, string problem);

    [LoggerMessage(13, LogLevel.Warning, "{Source}: the training set does not have these classes: {Classes}. Their objects are not scored.")]
    public static partial void UnknownClasses(this ILogger logger, string source, string classes);

    [LoggerMessage(14, LogLevel.Information, "{Source}: no objects of these classes of the training set: {Classes}. They have no AP.")]
    public static partial void MissingClasses(this ILogger logger, string source, string classes);

    [LoggerMessage(15, LogLevel.Warning, "{Source}: class \"{Name}\" is taken for \"{Given}\" of the training set: rename one of them.")]
    public static partial void SimilarClass(this ILogger logger, string source, string name, string given);

    [LoggerMessage(16, LogLevel.Information, "Slices of {Tile} pixels: {Samples} training samples from {Images} images, {WithoutObjects} of them without an object to learn.")]
    public static partial void Sliced(this ILogger logger, int tile, int images, int samples, int withoutObjects);

    [LoggerMessage(17, LogLevel.Information, "Decoding all {Images} images once, to find those that cannot be used.")]
    public static partial void DecodingAll(this ILogger logger, int images);

    [LoggerMessage(18, LogLevel.Information, "An epoch has {Samples} training samples from {Images} images: those with rare classes are used up to {Repeats:0.#} times on average.")]
    public static partial void Repeated(this ILogger logger, int images, long samples, double repeats);

    [LoggerMessage(19, LogLevel.Warning,
        "Optimizer steps of this run: {Steps}, few for heads that start from random weights: boxes will be loose. {MinSteps} steps usually suffice; set epochs to {MinEpochs}.")]
    public static partial void FewSteps(this ILogger logger, long steps, int minSteps, int minEpochs);

    [LoggerMessage(20, LogLevel.Information,
        "This CPU does not report the sizes of its caches, as some virtual machines do. oneDNN computes wrong results on such CPUs, so slower kernels are used: prefer another machine for long runs.")]
    public static partial void NoOneDnn(this ILogger logger);

    [LoggerMessage(21, LogLevel.Information, "The GPUs of the processes exchange gradients and weights by {Library}.")]
    public static partial void GpusExchange(this ILogger logger, string library);
}
