namespace RetinaSharp.Boxes;

/// <summary>A box that <see cref="WeightedBoxesFusion"/> fused from one or more overlapping boxes.</summary>
/// <param name="Index">Index in the input of the box with the highest weighted score.</param>
/// <param name="Box">Mean of the boxes, weighted by weighted score.</param>
/// <param name="TotalScore">Sum of the weighted scores.</param>
/// <param name="TotalWeight">Sum of the weights; without weights, the number of boxes.</param>
public readonly record struct FusedBox(int Index, Box Box, double TotalScore, double TotalWeight)
{
    /// <summary>
    /// Computes the mean score over all sources (models or views), where a source without the box counts as 0: the sum of the weighted scores
    /// divided by the weight of the sources, or by the weight of the fused boxes if that is more. So the mean of scores up to 1 is at most 1.
    /// </summary>
    /// <param name="sourceWeight">Sum of the weights of all sources; without weights, their number.</param>
    public float MeanScore(double sourceWeight) => (float)(TotalScore / Math.Max(sourceWeight, TotalWeight));
}
