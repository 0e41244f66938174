using System.Buffers;
using RetinaSharp.Losses.Loops;

namespace RetinaSharp.Losses;

/// <summary>
/// The sums of the absolute gradients that each class has received as a positive and as a negative, since the start of training: the state of
/// <see cref="EqualizedFocalLoss"/>. A rare class receives mostly gradients that push its logits down. To save the state, write
/// <see cref="Positive"/> and <see cref="Negative"/>.
/// </summary>
public sealed class ClassGradients
{
    private readonly double[] _positive;
    private readonly double[] _negative;

    /// <summary>Creates the state at the start of training.</summary>
    /// <param name="classes">Number of classes, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no class.</exception>
    public ClassGradients(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        (_positive, _negative) = (new double[classes], new double[classes]);
    }

    /// <summary>Creates a saved state.</summary>
    /// <param name="positive">Sums of the positives, [classes], each finite and 0 or more.</param>
    /// <param name="negative">Sums of the negatives, [classes], each finite and 0 or more.</param>
    /// <exception cref="ArgumentException">The lengths differ or are 0, or a sum is negative or not finite.</exception>
    public ClassGradients(ReadOnlySpan<double> positive, ReadOnlySpan<double> negative)
    {
        if (positive.Length != negative.Length || positive.IsEmpty)
            throw new ArgumentException($"{positive.Length} sums of positives and {negative.Length} of negatives: the two must be equal, and 1 or more");
        Check(positive, nameof(positive));
        Check(negative, nameof(negative));
        (_positive, _negative) = (positive.ToArray(), negative.ToArray());
    }

    /// <summary>Number of classes.</summary>
    public int Classes => _positive.Length;

    /// <summary>Sum of the absolute gradients of the logits whose target is 1, [classes].</summary>
    public ReadOnlySpan<double> Positive => _positive;

    /// <summary>Sum of the absolute gradients of the logits whose target is 0, [classes].</summary>
    public ReadOnlySpan<double> Negative => _negative;

    /// <summary>Returns the ratio g of a class: positive by negative sum, at most 1. It is 1 as long as both are 0.</summary>
    /// <param name="label">The class.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such class.</exception>
    public double Ratio(int label) => _positive[label] >= _negative[label] ? 1 : _positive[label] / _negative[label];

    /// <summary>
    /// Adds the gradients of a batch, with respect to the logits, as <see cref="SigmoidLoss"/> returns them. The sums do not depend on the number of
    /// threads.
    /// </summary>
    /// <typeparam name="T">The type of the gradients: float, double or <see cref="BFloat16"/>.</typeparam>
    /// <param name="gradient">Gradients [anchors, classes], finite.</param>
    /// <param name="labels">Labels [anchors]: a class index, or a negative number. Ignored anchors have gradient 0.</param>
    /// <param name="threads">Maximum number of threads; 0 means one per logical CPU.</param>
    /// <exception cref="ArgumentException">The lengths do not match, a label is not a class, or a sum is not finite; the state is unchanged.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is not a supported type.</exception>
    public unsafe void Accumulate<T>(ReadOnlySpan<T> gradient, ReadOnlySpan<int> labels, int threads = 0) where T : unmanaged
    {
        LossCheck.Type<T>();
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        if (gradient.Length != (long)labels.Length * Classes)
            throw new ArgumentException($"{labels.Length} labels and {Classes} classes need {(long)labels.Length * Classes} gradients, but there are {gradient.Length}", nameof(gradient));
        for (var i = 0; i < labels.Length; i++)
            if (labels[i] >= Classes)
                throw LossCheck.InvalidLabel(i, labels[i], Classes);
        var chunks = GradientWork<T>.Chunks(labels.Length, Classes);
        var sums = ArrayPool<double>.Shared.Rent(chunks * 2 * Classes);
        Array.Clear(sums, 0, chunks * 2 * Classes);
        double total;
        fixed (T* from = gradient)
        fixed (int* label = labels)
        fixed (double* to = sums)
            total = ChunkSum.Run(new GradientWork<T>(from, label, labels.Length, Classes, to), chunks, threads == 0 ? Environment.ProcessorCount : threads);
        if (double.IsFinite(total))
        {
            for (var i = 0; i < chunks * Classes; i++)
            {
                _positive[i % Classes] += sums[2 * i];
                _negative[i % Classes] += sums[2 * i + 1];
            }
        }

        ArrayPool<double>.Shared.Return(sums);
        if (!double.IsFinite(total))
            throw new ArgumentException("a gradient is not finite", nameof(gradient));
    }

    private static void Check(ReadOnlySpan<double> sums, string name)
    {
        for (var i = 0; i < sums.Length; i++)
            if (!(sums[i] >= 0 && double.IsFinite(sums[i])))
                throw new ArgumentOutOfRangeException(name, sums[i], $"the sum of class {i} must be finite and 0 or more");
    }
}
