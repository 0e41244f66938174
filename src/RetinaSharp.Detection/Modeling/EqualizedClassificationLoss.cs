using RetinaSharp.Detection.Configuration;
using RetinaSharp.Kernels;
using RetinaSharp.Losses;
using static TorchSharp.torch;
using BFloat16 = RetinaSharp.Losses.BFloat16;

namespace RetinaSharp.Detection.Modeling;

/// <summary>Applies <see cref="EqualizedFocalLoss"/>. Its statistics are the positive, then the negative sums of <see cref="ClassGradients"/>.</summary>
/// <param name="settings">Parameters of the loss.</param>
internal sealed class EqualizedClassificationLoss(LossSettings settings) : IAdaptiveClassificationLoss
{
    /// <inheritdoc/>
    public IReadOnlyList<double> Statistics { get; set; } = [];

    /// <inheritdoc/>
    public (double Value, Tensor Gradient) Evaluate(Tensor logits, ReadOnlySpan<int> labels, ReadOnlySpan<float> qualities, LossNormalizer normalizer, int threads = 0)
    {
        var loss = new EqualizedFocalLoss(Gradients((int)logits.shape[^1]), settings.Gamma, settings.EqualizedScale, settings.Alpha);
        return new SigmoidClassificationLoss<EqualizedFocalLoss>(loss, settings).Evaluate(logits, labels, qualities, normalizer, threads);
    }

    /// <inheritdoc/>
    public IReadOnlyList<double> Measure(Tensor gradient, ReadOnlySpan<int> labels)
    {
        using var scope = NewDisposeScope();
        var sums = new ClassGradients((int)gradient.shape[^1]);
        var values = gradient.to(CPU);
        if (values.dtype == ScalarType.BFloat16)
            sums.Accumulate<BFloat16>(values.Elements<BFloat16>(), labels, LibTorch.Threads);
        else
            sums.Accumulate<float>(values.Elements<float>(), labels, LibTorch.Threads);
        return [.. sums.Positive, .. sums.Negative];
    }

    private ClassGradients Gradients(int classes)
    {
        if (Statistics.Count == 0)
            return new(classes);
        double[] sums = [.. Statistics];
        return new(sums.AsSpan(0, classes), sums.AsSpan(classes));
    }
}
