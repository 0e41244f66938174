using RetinaSharp.Detection.Modeling;
using RetinaSharp.Inference;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Inference;

/// <summary>Outputs of a network for a batch, as CPU tensors that postprocessing reads without a copy.</summary>
internal sealed class TorchOutput : IHeadOutput
{
    private readonly LevelOutput[] _levels;

    private TorchOutput(LevelOutput[] levels) => _levels = levels;

    /// <inheritdoc/>
    public int LevelCount => _levels.Length;

    /// <summary>
    /// Converts the outputs of a network to contiguous CPU tensors, and softmax logits to sigmoid logits with the same probabilities. Tensors that need no
    /// conversion are not copied.
    /// </summary>
    /// <param name="outputs">Outputs of each pyramid level, finest first.</param>
    /// <param name="classes">Number of categories. A network with one more logit per anchor uses a softmax, whose first output is the background.</param>
    public static TorchOutput Create(LevelOutput[] outputs, int classes)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return new([.. outputs.Select(output => new LevelOutput(
            SigmoidLogits(output.Logits.detach(), classes).to(CPU).DetachFromDisposeScope(),
            output.BoxOutputs.detach().to(ScalarType.Float32, CPU).DetachFromDisposeScope()))]);
    }

    /// <inheritdoc/>
    public LogitSpan Logits(int level, int image)
    {
        var logits = _levels[level].Logits;
        return logits.dtype == ScalarType.BFloat16
            ? LogitSpan.FromBFloat16(Part(logits.Elements<ushort>(), logits.shape[0], image))
            : LogitSpan.FromSingle(Part(logits.Elements<float>(), logits.shape[0], image));
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> BoxOutputs(int level, int image)
    {
        var boxes = _levels[level].BoxOutputs;
        return Part(boxes.Elements<float>(), boxes.shape[0], image);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var output in _levels)
        {
            output.Logits.Dispose();
            output.BoxOutputs.Dispose();
        }
    }

    // Converts softmax to sigmoid: the sigmoid of log(p / (1 - p)) is p.
    private static Tensor SigmoidLogits(Tensor logits, int classes) => logits.shape[2] == classes
        ? logits
        : logits.to(ScalarType.Float32).softmax(2).slice(2, 1, logits.shape[2], 1).contiguous().logit();

    private static ReadOnlySpan<T> Part<T>(Span<T> elements, long images, int image)
    {
        var length = elements.Length / (int)images;
        return elements.Slice(image * length, length);
    }
}
