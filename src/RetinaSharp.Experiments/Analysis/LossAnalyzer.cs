using RetinaSharp.Datasets;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Kernels;
using RetinaSharp.Losses;

namespace RetinaSharp.Experiments.Analysis;

/// <summary>
/// Computes the distribution of a trained model's focal loss over anchors, for several γ: figure 4 of Lin et al., "Focal Loss for Dense Object Detection".
/// The loss of an anchor is without α; with sigmoid scores, it is the sum over the classes. Memory does not grow with the number of images.
/// </summary>
public static class LossAnalyzer
{
    /// <summary>The values of γ in figure 4 of the paper.</summary>
    public static IReadOnlyList<double> Gammas { get; } = [0, .5, 1, 2];

    /// <summary>
    /// Analyzes a model on a dataset. Classes are matched by name; boxes of classes that the model does not have are treated as crowds.
    /// </summary>
    /// <param name="model">Path of the model: a run folder or a .safetensors file.</param>
    /// <param name="set">The annotated images.</param>
    /// <param name="options">Options, of which device, precision, threads and input size are used; null: the defaults.</param>
    /// <param name="batch">Batch size, at least 1.</param>
    /// <param name="imagesDone">Receives the number of processed images.</param>
    /// <param name="cancellationToken">Cancels between batches.</param>
    /// <exception cref="WeightsException">The model is missing or corrupt, or its outputs are not finite.</exception>
    /// <exception cref="DatasetException">The dataset has no images or none of the model's classes, or an image cannot be read.</exception>
    /// <exception cref="TorchUnavailableException">LibTorch or the device is not available.</exception>
    /// <exception cref="OperationCanceledException">The analysis was canceled.</exception>
    public static LossAnalysis Analyze(
        string model, DetectionDataset set, DetectorOptions? options = null, int batch = 8, IProgress<int>? imagesDone = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        ArgumentNullException.ThrowIfNull(set);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        using var outputs = new AnchorOutputs(model, options ?? new());
        LossHistogram[] positives = [.. Gammas.Select(_ => new LossHistogram())], negatives = [.. Gammas.Select(_ => new LossHistogram())];
        var ignored = 0L;
        var losses = Array.Empty<float>();
        outputs.Visit(set, batch, (image, logits, labels) =>
        {
            ignored += labels.Count(SigmoidLoss.Ignore);
            if (losses.Length < labels.Length)
                losses = new float[labels.Length];
            var values = losses.AsSpan(0, labels.Length);
            for (var i = 0; i < Gammas.Count; i++)
            {
                AnchorLosses(Gammas[i], logits, labels, outputs.Description.Categories.Count, values);
                for (var anchor = 0; anchor < labels.Length; anchor++)
                {
                    if (!float.IsFinite(values[anchor]))
                        throw new WeightsException(model, $"the model's outputs for {image.Path} are not finite; its training run diverged, or the file is corrupt");
                    if (labels[anchor] != SigmoidLoss.Ignore)
                        (labels[anchor] == SigmoidLoss.Background ? negatives : positives)[i].Add(values[anchor]);
                }
            }
        }, imagesDone, cancellationToken);
        return new(set.Images.Count, ignored, Distributions(positives), Distributions(negatives));
    }

    /// <summary>
    /// Computes the focal loss of each anchor, without α. If anchors have one logit per class, the loss is the sum of the sigmoid focal losses of the logits.
    /// If they have one logit more, the first is background and the loss is the softmax focal loss.
    /// </summary>
    /// <param name="gamma">The focusing parameter γ.</param>
    /// <param name="logits">Logits, [anchors, classes] or [anchors, classes + 1].</param>
    /// <param name="labels">Labels, [anchors]; see <see cref="AnchorVisitor"/>.</param>
    /// <param name="classes">Number of classes, without background.</param>
    /// <param name="values">Receives the losses, [anchors]; 0 for ignored anchors.</param>
    internal static void AnchorLosses(double gamma, ReadOnlySpan<float> logits, ReadOnlySpan<int> labels, int classes, Span<float> values)
    {
        var (loss, channels) = (new FocalLoss(gamma, alpha: null), logits.Length / labels.Length);
        if (channels == classes + 1)
            SoftmaxLoss.RowValues(loss, logits, labels, channels, values, new() { LabelOffset = 1, AllowsNonFinite = true });
        else
            SigmoidLoss.RowValues(loss, logits, labels, channels, values, new() { AllowsNonFinite = true });
    }

    private static LossDistribution[] Distributions(LossHistogram[] histograms) => [.. histograms.Select((one, i) => one.Distribution(Gammas[i]))];
}
