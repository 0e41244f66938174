using RetinaSharp.Detection.Modeling;
using RetinaSharp.Distributed;

namespace RetinaSharp.Detection.Training;

/// <summary>The losses of a training step, summed over its shards and processes.</summary>
/// <param name="Classification">Normalized classification loss.</param>
/// <param name="Box">Normalized box loss, multiplied by its weight.</param>
/// <param name="Anchors">Numbers of anchors after the forward passes, if the assigner uses predictions; otherwise 0.</param>
/// <param name="Statistics">Statistics of a loss that adapts to the classes; empty for other losses.</param>
internal readonly record struct StepLosses(double Classification, double Box, AnchorSums Anchors, IReadOnlyList<double> Statistics)
{
    /// <summary>Losses of no shards.</summary>
    public static StepLosses Zero { get; } = new(0, 0, default, []);

    /// <summary>Adds the losses of a shard.</summary>
    public StepLosses Add(LossResult shard) => this with
    {
        Classification = Classification + shard.Classification,
        Box = Box + shard.Box,
        Statistics = LossResult.Add(Statistics, shard.Statistics),
    };

    /// <summary>Adds the losses of all processes.</summary>
    public StepLosses Sum(IProcessGroup group)
    {
        double[] values = [Classification, Box, Anchors.Positive, Anchors.NonIgnored, .. Statistics];
        group.Reduce(values);
        return new(values[0], values[1], new((long)values[2], (long)values[3]), values[4..]);
    }
}
