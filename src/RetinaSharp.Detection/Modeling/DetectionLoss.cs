using RetinaSharp.Boxes;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Settings;
using RetinaSharp.Losses;
using RetinaSharp.Torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>
/// The loss of a batch and its derivative by the network's outputs, computed outside of the graph: one pass over the
/// logits, and the box loss at the positive anchors alone. Sums are in double, the rest in single precision, whatever
/// the type of the outputs.
/// </summary>
internal static class DetectionLoss
{
    /// <param name="settings">The loss.</param>
    /// <param name="outputs">What the network gave, by level.</param>
    /// <param name="batch">What it should have given.</param>
    /// <param name="normalizer">By what the sums are divided: positive anchors of the effective batch, at least 1.</param>
    /// <param name="threads">Threads to use; 0: one for each processor.</param>
    public static LossResult Evaluate(LossSettings settings, LevelOutput[] outputs, TrainingBatch batch, double normalizer, int threads = 0)
    {
        var scale = (float)(1 / normalizer);
        double classification = 0, box = 0;
        var (tensors, gradients) = (new List<Tensor>(), new List<Tensor>());
        for (var level = 0; level < outputs.Length; level++)
        {
            var (logits, deltas) = outputs[level];
            var (device, type) = (logits.Device, logits.Type);
            // On the processor these are the outputs themselves.
            var (logitsHere, deltasHere) = (logits.Detach().To(Device.Cpu, type), deltas.Detach().To(Device.Cpu, type));
            var logitsGradient = logitsHere.EmptyLike();
            var deltasGradient = deltasHere.EmptyLike().Zero_();
            var classes = (int)logits.Shape[2];
            if (type == ScalarType.BFloat16)
            {
                classification += Classification<BFloat16>(settings, logitsHere.Data<BFloat16>(), batch.Levels[level].Labels, classes, normalizer, threads, logitsGradient.Data<BFloat16>());
                box += Box(settings, deltasHere.Data<BFloat16>(), batch.Levels[level], scale, deltasGradient.Data<BFloat16>(), static x => x, static x => (BFloat16)x);
            }
            else
            {
                classification += Classification<float>(settings, logitsHere.Data<float>(), batch.Levels[level].Labels, classes, normalizer, threads, logitsGradient.Data<float>());
                box += Box(settings, deltasHere.Data<float>(), batch.Levels[level], scale, deltasGradient.Data<float>(), static x => x, static x => x);
            }

            tensors.AddRange([logits, deltas]);
            gradients.AddRange([logitsGradient.To(device, type), deltasGradient.To(device, type)]);
        }

        return new(classification, box, tensors, gradients);
    }

    private static double Classification<T>(LossSettings settings, ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int classes, double normalizer, int threads, Span<T> gradient)
        where T : unmanaged
    {
        var options = new LossOptions { Normalizer = normalizer, Threads = threads, AllowsNonFinite = true };
        return settings.Classification == ClassificationLossKind.Focal
            ? SigmoidLoss.Evaluate(new FocalLoss(settings.Gamma, settings.Alpha), logits, labels, classes, gradient, options)
            : SigmoidLoss.Evaluate(new CrossEntropy(settings.Alpha), logits, labels, classes, gradient, options);
    }

    /// <summary>Gathers the predictions at the positive anchors, and spreads their gradients.</summary>
    private static double Box<T>(LossSettings settings, ReadOnlySpan<T> deltas, LevelTargets targets, float scale, Span<T> gradient, Func<T, float> read, Func<float, T> write)
    {
        var positives = targets.Positives;
        if (positives.Length == 0)
            return 0;
        var predicted = new BoxDelta[positives.Length];
        var derivative = new BoxDelta[positives.Length];
        for (var i = 0; i < positives.Length; i++)
        {
            var four = deltas.Slice(4 * positives[i], 4);
            predicted[i] = new(read(four[0]), read(four[1]), read(four[2]), read(four[3]));
        }

        var weighted = scale * (float)settings.BoxWeight;
        var loss = settings.BoxLoss.Evaluate(predicted, targets.PositiveAnchors, targets.PositiveTargets, weighted, derivative);
        for (var i = 0; i < positives.Length; i++)
        {
            var four = gradient.Slice(4 * positives[i], 4);
            (four[0], four[1], four[2], four[3]) = (write(derivative[i].Dx), write(derivative[i].Dy), write(derivative[i].Dw), write(derivative[i].Dh));
        }

        return loss;
    }
}
