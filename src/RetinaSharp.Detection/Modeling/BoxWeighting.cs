using RetinaSharp.Boxes;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>Weights the box loss of positive anchors by the network's predictions.</summary>
/// <param name="kind">Kind of the weights; not <see cref="BoxWeightingKind.None"/>.</param>
/// <param name="boxOutputs">Meaning of the regression head's outputs.</param>
internal sealed class BoxWeighting(BoxWeightingKind kind, BoxHeadOutputs boxOutputs)
{
    /// <summary>Creates the weighting that settings describe; null for none.</summary>
    public static BoxWeighting? Create(RunSettings settings) =>
        settings.Loss.BoxWeighting == BoxWeightingKind.None ? null : new(settings.Loss.BoxWeighting, settings.Model.BoxOutputs);

    /// <summary>Computes the weights of the positive anchors of a batch from the outputs of the network, and sets them in the targets.</summary>
    /// <returns>The sum of the weights. The caller multiplies the weights by its <see cref="WeightSum.Factor"/>, or the loss.</returns>
    public WeightSum Weight(LevelOutput[] outputs, BatchTargets targets)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var sum = 0.0;
        foreach (var (level, one) in targets.Levels.Index())
        {
            if (one.Positives.Length == 0)
                continue;
            var weights = kind == BoxWeightingKind.Score ? Scores(outputs[level].Logits, one) : Qualities(outputs[level].BoxOutputs, one);
            one.SetPositiveWeights(weights);
            foreach (var weight in weights)
                sum += weight;
        }

        return new(sum, targets.PositiveCount);
    }

    private static float[] Scores(Tensor logits, LevelTargets targets)
    {
        var positives = PositiveRows.Gather(logits, PositiveRows.Indices(targets, logits.device));
        return [.. positives.amax([1]).sigmoid().Elements<float>()];
    }

    private float[] Qualities(Tensor outputs, LevelTargets targets)
    {
        if (!targets.PositiveQualities.IsEmpty)
            return [.. targets.PositiveQualities];
        var predicted = PositiveRows.Gather(outputs, PositiveRows.Indices(targets, outputs.device)).Elements<float>();
        var qualities = new float[targets.Positives.Length];
        for (var i = 0; i < qualities.Length; i++)
            qualities[i] = RegressionLoss.Quality(boxOutputs, predicted, targets, i);
        return qualities;
    }
}
