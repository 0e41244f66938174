using System.Numerics;
using System.Runtime.InteropServices;

namespace RetinaSharp.Boxes;

/// <summary>
/// Boxes predicted as distributions (Li et al., <a href="https://arxiv.org/abs/2006.04388">Generalized Focal Loss</a>): for each of the four
/// distances, the softmax of n + 1 logits gives the probabilities P of the distances 0, 1, …, n, in strides; the predicted distance is their
/// expectation <c>Σ k P_k</c>. A flat distribution expresses an unclear edge. Computed in double precision, finite for finite logits.
/// </summary>
public sealed class BoxDistribution
{
    private const int Sides = 4;

    /// <summary>Creates the coder.</summary>
    /// <param name="maxDistance">n, the greatest distance in strides, 1 or more. The paper uses 16 for strides from 8 to 128.</param>
    /// <exception cref="ArgumentOutOfRangeException">n is less than 1 or more than 1023.</exception>
    public BoxDistribution(int maxDistance)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDistance, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxDistance, 1023);
        MaxDistance = maxDistance;
    }

    /// <summary>n, the greatest distance, in strides.</summary>
    public int MaxDistance { get; }

    /// <summary>Number of logits of a box: 4 (n + 1).</summary>
    public int Length => Sides * Bins;

    private int Bins => MaxDistance + 1;

    /// <summary>Computes the predicted distances.</summary>
    /// <param name="logits">Logits [4, n + 1]: left, top, right, bottom.</param>
    /// <exception cref="ArgumentException">The number of logits is not <see cref="Length"/>.</exception>
    public BoxDistances Integrate(ReadOnlySpan<float> logits)
    {
        CheckLength(logits.Length, nameof(logits));
        Span<double> p = stackalloc double[Bins];
        return new((float)Expectation(logits, 0, p), (float)Expectation(logits, 1, p), (float)Expectation(logits, 2, p), (float)Expectation(logits, 3, p));
    }

    /// <summary>
    /// Adds the gradient with respect to the logits, given that with respect to the distances: for a side with the distance d,
    /// <c>dL/dd · P_k (k - d)</c>.
    /// </summary>
    /// <param name="logits">Logits [4, n + 1].</param>
    /// <param name="distanceGradient">Derivatives of a loss with respect to the distances.</param>
    /// <param name="gradient">The gradient [4, n + 1] to add to.</param>
    /// <exception cref="ArgumentException">The number of logits or gradients is not <see cref="Length"/>.</exception>
    public void Backward(ReadOnlySpan<float> logits, BoxDistances distanceGradient, Span<float> gradient)
    {
        CheckLength(logits.Length, nameof(logits));
        CheckLength(gradient.Length, nameof(gradient));
        Span<double> p = stackalloc double[Bins];
        for (var side = 0; side < Sides; side++)
        {
            var factor = Side(distanceGradient, side);
            var distance = Expectation(logits, side, p);
            for (var k = 0; k < Bins; k++)
                gradient[side * Bins + k] += (float)(factor * (p[k] * (k - distance)));
        }
    }

    /// <summary>
    /// Computes the distribution focal loss and adds its gradient. For a side with the target y between the integers i and i + 1 it is
    /// <c>-(i + 1 - y) log P_i - (y - i) log P_(i+1)</c>; it is least where these two have all the probability, and their expectation is y. The least
    /// value is the entropy of the two weights, up to log 2.
    /// </summary>
    /// <param name="logits">Logits [4, n + 1].</param>
    /// <param name="target">The distances of the ground-truth box; those outside of [0, n] are clamped.</param>
    /// <param name="scale">
    /// Factor of the gradient. The paper weights the sum of the four sides by 1/4, and by the predicted score of the anchor.
    /// </param>
    /// <param name="gradient">The gradient [4, n + 1] to add to.</param>
    /// <returns>The sum of the losses of the four sides, without <paramref name="scale"/>.</returns>
    /// <exception cref="ArgumentException">The number of logits or gradients is not <see cref="Length"/>, or a target is NaN.</exception>
    public double DistributionFocalLoss(ReadOnlySpan<float> logits, BoxDistances target, double scale, Span<float> gradient)
    {
        CheckLength(logits.Length, nameof(logits));
        CheckLength(gradient.Length, nameof(gradient));
        Span<double> p = stackalloc double[Bins];
        var sum = 0.0;
        for (var side = 0; side < Sides; side++)
        {
            var y = Math.Clamp(Side(target, side), 0, MaxDistance);
            if (double.IsNaN(y))
                throw new ArgumentException($"{target} has a distance that is NaN", nameof(target));
            var logSum = Softmax(logits, side, p);
            // Not beyond the last pair: y = n is its right end.
            var low = Math.Min((int)y, MaxDistance - 1);
            var high = y - low;
            var row = side * Bins;
            sum += (1 - high) * (logSum - logits[row + low]) + high * (logSum - logits[row + low + 1]);
            p[low] -= 1 - high;
            p[low + 1] -= high;
            for (var k = 0; k < Bins; k++)
                gradient[row + k] += (float)(scale * p[k]);
        }

        return sum;
    }

    private static double Side(BoxDistances distances, int side) => side switch
    {
        0 => distances.Left,
        1 => distances.Top,
        2 => distances.Right,
        _ => distances.Bottom,
    };

    private double Expectation(ReadOnlySpan<float> logits, int side, Span<double> probabilities)
    {
        Softmax(logits, side, probabilities);
        var distance = 0.0;
        for (var k = 1; k < Bins; k++)
            distance += k * probabilities[k];
        return distance;
    }

    /// <summary>Computes the probabilities of one side, and returns the log-sum-exp of its logits.</summary>
    private double Softmax(ReadOnlySpan<float> logits, int side, Span<double> probabilities)
    {
        var row = logits.Slice(side * Bins, Bins);
        // Not Math.Max, which takes care of NaN: with one, all probabilities are NaN in any case.
        var largest = row[0];
        foreach (var logit in row)
            largest = logit > largest ? logit : largest;
        double max = largest;
        for (var k = 0; k < Bins; k++)
            probabilities[k] = row[k] - max;
        Exp(probabilities);
        var sum = 0.0;
        foreach (var exp in probabilities)
            sum += exp;
        var scale = 1 / sum;
        foreach (ref var probability in probabilities)
            probability *= scale;
        return max + Math.Log(sum);
    }

    private static void Exp(Span<double> values)
    {
        var vectors = MemoryMarshal.Cast<double, Vector<double>>(values);
        foreach (ref var vector in vectors)
            vector = Vector.Exp(vector);
        foreach (ref var value in values[(vectors.Length * Vector<double>.Count)..])
            value = Math.Exp(value);
    }

    private void CheckLength(int count, string name)
    {
        if (count != Length)
            throw new ArgumentException($"a box has {Length} of these, 4 times {Bins}, but there are {count}", name);
    }
}
