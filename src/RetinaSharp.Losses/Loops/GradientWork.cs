using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Loops;

/// <summary>Sums absolute gradients by class, positives and negatives apart, for each chunk of rows.</summary>
/// <param name="gradient">Gradients [rows, classes].</param>
/// <param name="labels">Labels [rows].</param>
/// <param name="rows">Number of rows.</param>
/// <param name="classes">Number of classes.</param>
/// <param name="sums">Receives the sums, [chunks, classes, 2], positives first.</param>
internal readonly unsafe struct GradientWork<T>(T* gradient, int* labels, int rows, int classes, double* sums) : IChunkWork where T : unmanaged
{
    private readonly T* _gradient = gradient;
    private readonly int* _labels = labels;
    private readonly double* _sums = sums;

    public static int Chunks(int rows, int classes) => (int)(((long)rows + RowsPerChunk(classes) - 1) / RowsPerChunk(classes));

    /// <summary>Returns the sum of all, which is not finite if any gradient is not.</summary>
    public double Run(int chunk)
    {
        var first = (nint)chunk * RowsPerChunk(classes);
        var end = Math.Min(first + RowsPerChunk(classes), rows);
        var chunkSums = _sums + (nint)chunk * 2 * classes;
        if (typeof(T) == typeof(double) || !Vector128.IsHardwareAccelerated)
            AddScalar(first, end, 0, chunkSums);
        else if (Vector512.IsHardwareAccelerated)
            AddVectors<Lanes512>(first, end, chunkSums);
        else if (Vector256.IsHardwareAccelerated)
            AddVectors<Lanes256>(first, end, chunkSums);
        else
            AddVectors<Lanes128>(first, end, chunkSums);
        double sum = 0;
        for (var i = 0; i < 2 * classes; i++)
            sum += chunkSums[i];
        return sum;
    }

    private static int RowsPerChunk(int classes) => Math.Max(1, IChunkWork.ChunkSize / classes);

    private void AddScalar(nint row, nint end, int column, double* to)
    {
        for (; row < end; row++)
            for (var c = column; c < classes; c++)
                to[2 * c + (_labels[row] == c ? 0 : 1)] += Math.Abs(LossCheck.ToDouble(_gradient[row * classes + c]));
    }

    /// <summary>Adds as many columns at a time as a vector has lanes, which keeps their sums in registers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void AddVectors<TLanes>(nint first, nint end, double* to) where TLanes : unmanaged, ILanes<TLanes>
    {
        var numbers = stackalloc double[TLanes.Count];
        var column = 0;
        for (; column <= classes - TLanes.Count; column += TLanes.Count)
        {
            TLanes lower = default, upper = default;
            for (var row = first; row < end; row++)
            {
                var source = _gradient + row * classes + column;
                var size = TLanes.Abs(typeof(T) == typeof(float) ? TLanes.Load((float*)source) : TLanes.Load((BFloat16*)source));
                var label = _labels[row] - column;
                if ((uint)label < (uint)TLanes.Count)
                {
                    to[2 * (column + label)] += Math.Abs(LossCheck.ToDouble(source[label]));
                    size = TLanes.Select(TLanes.Equal(TLanes.Indices, TLanes.Create(label)), default, size);
                }

                lower = TLanes.AddLower(lower, size);
                upper = TLanes.AddUpper(upper, size);
            }

            TLanes.Store(lower, (float*)numbers);
            TLanes.Store(upper, (float*)(numbers + TLanes.Count / 2));
            for (var i = 0; i < TLanes.Count; i++)
                to[2 * (column + i) + 1] += numbers[i];
        }

        AddScalar(first, end, column, to);
    }
}
