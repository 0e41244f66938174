using RetinaSharp.Kernels;
using RetinaSharp.Losses;
using TorchSharp;
using static TorchSharp.torch;
using BFloat16 = RetinaSharp.Losses.BFloat16;

namespace RetinaSharp.Detection.Modeling;

/// <summary>Computes the classification cross entropy of each anchor. Samplers rank anchors by it, for example in hard example mining.</summary>
public static class AnchorCrossEntropy
{
    /// <summary>Computes the unweighted cross entropy of each anchor, summed over the classes, with a sigmoid per class; 0 for ignored anchors.</summary>
    /// <param name="logits">Logits [N, n, K] of N images, n anchors and K classes; contiguous, detached from the autograd graph.</param>
    /// <param name="labels">Labels [N · n]: class index from 0, or -1 for background, -2 for ignored.</param>
    /// <param name="threads">Number of threads; 0: one per core.</param>
    /// <returns>Cross entropy of each anchor, [N · n].</returns>
    public static float[] Compute(Tensor logits, ReadOnlySpan<int> labels, int threads = 0)
    {
        if (logits.device_type != DeviceType.CPU)
            return TensorLosses.CrossEntropies(logits, labels);
        var values = new float[labels.Length];
        var classes = (int)logits.shape[^1];
        var options = new LossOptions { AllowsNonFinite = true, Threads = threads };
        if (logits.dtype == ScalarType.BFloat16)
            SigmoidLoss.RowValues<CrossEntropy, BFloat16>(default, logits.Elements<BFloat16>(), labels, classes, values, options);
        else
            SigmoidLoss.RowValues<CrossEntropy, float>(default, logits.Elements<float>(), labels, classes, values, options);
        return values;
    }
}
