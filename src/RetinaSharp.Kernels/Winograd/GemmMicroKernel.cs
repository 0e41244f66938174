using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RetinaSharp.Kernels;

/// <summary>
/// The innermost loops of a GEMM, C = A·B or C += A·B. They sum over the dimension K, whose size is called depth. B is packed into panels
/// [K, <see cref="PanelWidth"/>]. A tile of C, up to 6 rows by two vectors, stays in registers during the sum. Its 12 accumulators hide the
/// latency of FMA (4 cycles, 2 per cycle). With 2 vectors of B and one broadcast element of A they use 15 registers; AVX2 has 16, AVX-512
/// has 32 (Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008).
/// </summary>
internal static unsafe class GemmMicroKernel
{
    /// <summary>Maximum number of rows of C in one call.</summary>
    public const int MaxRows = 6;

    /// <summary>Number of columns of C in one call: two vectors, which is 16 columns with AVX2 and 32 with AVX-512.</summary>
    public static int PanelWidth
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated ? 2 * Vector512<float>.Count : 2 * Vector256<float>.Count;
    }

    /// <summary>
    /// Computes up to <see cref="MaxRows"/> rows of C in the columns of one panel. The order of summation depends only on
    /// <paramref name="depth"/>.
    /// </summary>
    /// <param name="a">Matrix A; element [row, k] is at row * rowStride + k * depthStride.</param>
    /// <param name="rowStride">Number of elements between adjacent rows of A.</param>
    /// <param name="depthStride">Number of elements between adjacent k in A.</param>
    /// <param name="rows">Number of rows of A and C, 1 to <see cref="MaxRows"/>.</param>
    /// <param name="b">One panel of B, [depth, PanelWidth].</param>
    /// <param name="depth">Size of the dimension K that is summed over, at least 1.</param>
    /// <param name="c">Matrix C; element [row, column] is at row * cStride + column.</param>
    /// <param name="cStride">Number of elements between adjacent rows of C.</param>
    /// <param name="accumulate">Whether to add the product to C instead of overwriting C.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(float* a, nint rowStride, nint depthStride, int rows, float* b, int depth, float* c, nint cStride, bool accumulate)
    {
        if (Vector512.IsHardwareAccelerated)
            Multiply<Simd512, Vector512<float>>(a, rowStride, depthStride, rows, b, depth, c, cStride, accumulate);
        else
            Multiply<Simd256, Vector256<float>>(a, rowStride, depthStride, rows, b, depth, c, cStride, accumulate);
    }

    /// <inheritdoc cref="Multiply(float*, nint, nint, int, float*, int, float*, nint, bool)"/>
    public static void Multiply<TSimd, TVector>(float* a, nint rowStride, nint depthStride, int rows, float* b, int depth, float* c, nint cStride, bool accumulate)
        where TSimd : struct, ISimdOperations<TVector>
        where TVector : unmanaged
    {
        // The kernels are for 6, 4 and 2 rows. If a row is missing, the last row is computed twice and stored once, which costs less than a
        // specialized kernel for each number of rows.
        if (rows > 4)
            Multiply6<TSimd, TVector>(a, rowStride, depthStride, rows, b, depth, c, cStride, accumulate);
        else if (rows > 2)
            Multiply4<TSimd, TVector>(a, rowStride, depthStride, rows, b, depth, c, cStride, accumulate);
        else
            Multiply2<TSimd, TVector>(a, rowStride, depthStride, rows, b, depth, c, cStride, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply6<TSimd, TVector>(float* a, nint rowStride, nint depthStride, int rows, float* b, int depth, float* c, nint cStride, bool accumulate)
        where TSimd : struct, ISimdOperations<TVector>
        where TVector : unmanaged
    {
        float* a0 = a, a1 = a + rowStride, a2 = a1 + rowStride, a3 = a2 + rowStride, a4 = a3 + rowStride, a5 = rows < 6 ? a4 : a4 + rowStride;
        TVector c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        TVector c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        var k = (nint)0;
        do
        {
            var b0 = TSimd.Load(b);
            var b1 = TSimd.Load(b + TSimd.Count);
            var x = TSimd.Broadcast(a0[k]);
            c00 = TSimd.MultiplyAdd(x, b0, c00);
            c01 = TSimd.MultiplyAdd(x, b1, c01);
            x = TSimd.Broadcast(a1[k]);
            c10 = TSimd.MultiplyAdd(x, b0, c10);
            c11 = TSimd.MultiplyAdd(x, b1, c11);
            x = TSimd.Broadcast(a2[k]);
            c20 = TSimd.MultiplyAdd(x, b0, c20);
            c21 = TSimd.MultiplyAdd(x, b1, c21);
            x = TSimd.Broadcast(a3[k]);
            c30 = TSimd.MultiplyAdd(x, b0, c30);
            c31 = TSimd.MultiplyAdd(x, b1, c31);
            x = TSimd.Broadcast(a4[k]);
            c40 = TSimd.MultiplyAdd(x, b0, c40);
            c41 = TSimd.MultiplyAdd(x, b1, c41);
            x = TSimd.Broadcast(a5[k]);
            c50 = TSimd.MultiplyAdd(x, b0, c50);
            c51 = TSimd.MultiplyAdd(x, b1, c51);
            b += 2 * TSimd.Count;
            k += depthStride;
        }
        while (--depth > 0);
        float* c1 = c + cStride, c2 = c1 + cStride, c3 = c2 + cStride, c4 = c3 + cStride;
        if (rows == 6)
            Store<TSimd, TVector>(c50, c51, c4 + cStride, accumulate);
        Store<TSimd, TVector>(c00, c01, c, accumulate);
        Store<TSimd, TVector>(c10, c11, c1, accumulate);
        Store<TSimd, TVector>(c20, c21, c2, accumulate);
        Store<TSimd, TVector>(c30, c31, c3, accumulate);
        Store<TSimd, TVector>(c40, c41, c4, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply4<TSimd, TVector>(float* a, nint rowStride, nint depthStride, int rows, float* b, int depth, float* c, nint cStride, bool accumulate)
        where TSimd : struct, ISimdOperations<TVector>
        where TVector : unmanaged
    {
        float* a0 = a, a1 = a + rowStride, a2 = a1 + rowStride, a3 = rows < 4 ? a2 : a2 + rowStride;
        TVector c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
        var k = (nint)0;
        do
        {
            var b0 = TSimd.Load(b);
            var b1 = TSimd.Load(b + TSimd.Count);
            var x = TSimd.Broadcast(a0[k]);
            c00 = TSimd.MultiplyAdd(x, b0, c00);
            c01 = TSimd.MultiplyAdd(x, b1, c01);
            x = TSimd.Broadcast(a1[k]);
            c10 = TSimd.MultiplyAdd(x, b0, c10);
            c11 = TSimd.MultiplyAdd(x, b1, c11);
            x = TSimd.Broadcast(a2[k]);
            c20 = TSimd.MultiplyAdd(x, b0, c20);
            c21 = TSimd.MultiplyAdd(x, b1, c21);
            x = TSimd.Broadcast(a3[k]);
            c30 = TSimd.MultiplyAdd(x, b0, c30);
            c31 = TSimd.MultiplyAdd(x, b1, c31);
            b += 2 * TSimd.Count;
            k += depthStride;
        }
        while (--depth > 0);
        float* c1 = c + cStride, c2 = c1 + cStride;
        if (rows == 4)
            Store<TSimd, TVector>(c30, c31, c2 + cStride, accumulate);
        Store<TSimd, TVector>(c00, c01, c, accumulate);
        Store<TSimd, TVector>(c10, c11, c1, accumulate);
        Store<TSimd, TVector>(c20, c21, c2, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply2<TSimd, TVector>(float* a, nint rowStride, nint depthStride, int rows, float* b, int depth, float* c, nint cStride, bool accumulate)
        where TSimd : struct, ISimdOperations<TVector>
        where TVector : unmanaged
    {
        float* a0 = a, a1 = rows < 2 ? a : a + rowStride;
        TVector c00 = default, c01 = default, c10 = default, c11 = default;
        var k = (nint)0;
        do
        {
            var b0 = TSimd.Load(b);
            var b1 = TSimd.Load(b + TSimd.Count);
            var x = TSimd.Broadcast(a0[k]);
            c00 = TSimd.MultiplyAdd(x, b0, c00);
            c01 = TSimd.MultiplyAdd(x, b1, c01);
            x = TSimd.Broadcast(a1[k]);
            c10 = TSimd.MultiplyAdd(x, b0, c10);
            c11 = TSimd.MultiplyAdd(x, b1, c11);
            b += 2 * TSimd.Count;
            k += depthStride;
        }
        while (--depth > 0);
        if (rows == 2)
            Store<TSimd, TVector>(c10, c11, c + cStride, accumulate);
        Store<TSimd, TVector>(c00, c01, c, accumulate);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TSimd, TVector>(TVector left, TVector right, float* to, bool accumulate)
        where TSimd : struct, ISimdOperations<TVector>
        where TVector : unmanaged
    {
        if (accumulate)
        {
            left = TSimd.Add(left, TSimd.Load(to));
            right = TSimd.Add(right, TSimd.Load(to + TSimd.Count));
        }

        TSimd.Store(left, to);
        TSimd.Store(right, to + TSimd.Count);
    }
}
