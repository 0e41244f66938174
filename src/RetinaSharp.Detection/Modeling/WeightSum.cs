using System.Numerics;

namespace RetinaSharp.Detection.Modeling;

/// <summary>The weights of positive anchors in the box loss, summed.</summary>
/// <param name="Weights">Sum of the weights.</param>
/// <param name="Positives">Number of positive anchors.</param>
internal readonly record struct WeightSum(double Weights, int Positives) : IAdditionOperators<WeightSum, WeightSum, WeightSum>
{
    /// <summary>
    /// Factor by which weights are multiplied so that a loss divided by the number of positives becomes one divided by the sum of the weights. As in MMDetection,
    /// a sum below 1 counts as 1.
    /// </summary>
    public double Factor => Math.Max(1, Positives) / Math.Max(1, Weights);

    public static WeightSum operator +(WeightSum left, WeightSum right) => new(left.Weights + right.Weights, left.Positives + right.Positives);
}
