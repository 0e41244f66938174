using System.Runtime.InteropServices;
using RetinaSharp.Boxes;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Inference;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Inference;

/// <summary>Outputs of a network as tensors on the CPU, whose memory postprocessing reads in place.</summary>
internal sealed class TorchOutput : IInferenceOutput
{
    private readonly LevelOutput[] _levels;

    private TorchOutput(LevelOutput[] levels) => _levels = levels;

    /// <inheritdoc/>
    public int LevelCount => _levels.Length;

    /// <summary>Takes a network's outputs; tensors that are already as needed are shared, not copied.</summary>
    /// <param name="outputs">The outputs of each level.</param>
    /// <param name="classes">Number of categories. A network with one more output has a softmax over them, the background first.</param>
    public static TorchOutput Create(LevelOutput[] outputs, int classes)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return new([.. outputs.Select(output => new LevelOutput(
            SigmoidLogits(output.Logits.detach(), classes).to(CPU).DetachFromDisposeScope(),
            output.Deltas.detach().to(ScalarType.Float32, CPU).DetachFromDisposeScope()))]);
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
    public ReadOnlySpan<BoxDelta> Deltas(int level, int image)
    {
        var deltas = _levels[level].Deltas;
        return MemoryMarshal.Cast<float, BoxDelta>(Part(deltas.Elements<float>(), deltas.shape[0], image));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var output in _levels)
        {
            output.Logits.Dispose();
            output.Deltas.Dispose();
        }
    }

    // The logit of a softmax's probability gives that probability as its sigmoid.
    private static Tensor SigmoidLogits(Tensor logits, int classes) => logits.shape[2] == classes
        ? logits
        : logits.to(ScalarType.Float32).softmax(2).slice(2, 1, logits.shape[2], 1).contiguous().logit();

    private static ReadOnlySpan<T> Part<T>(Span<T> elements, long images, int image)
    {
        var length = elements.Length / (int)images;
        return elements.Slice(image * length, length);
    }
}
