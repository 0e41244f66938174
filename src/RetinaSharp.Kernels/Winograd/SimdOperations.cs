using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RetinaSharp.Kernels;

/// <summary>
/// SIMD operations of one vector width, so that a kernel is written once for AVX2 and AVX-512. <c>Vector&lt;T&gt;</c> is not suitable: it
/// has 8 lanes on both.
/// </summary>
/// <typeparam name="TVector">A vector of fp32 lanes.</typeparam>
internal unsafe interface ISimdOperations<TVector>
    where TVector : unmanaged
{
    /// <summary>Number of lanes of a vector.</summary>
    static abstract int Count { get; }

    static abstract TVector Load(float* from);

    static abstract TVector Broadcast(float value);

    /// <summary>Computes left * right + addend, as one instruction on CPUs with FMA.</summary>
    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    static abstract TVector Add(TVector left, TVector right);

    static abstract void Store(TVector value, float* to);
}

/// <summary>Operations on 256-bit vectors (AVX2 and FMA), with eight lanes.</summary>
internal readonly unsafe struct Simd256 : ISimdOperations<Vector256<float>>
{
    public static int Count => Vector256<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* from) => Vector256.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(Vector256<float> left, Vector256<float> right, Vector256<float> addend) => Vector256.MultiplyAddEstimate(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> left, Vector256<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, float* to) => value.Store(to);
}

/// <summary>Operations on 512-bit vectors (AVX-512), with sixteen lanes.</summary>
internal readonly unsafe struct Simd512 : ISimdOperations<Vector512<float>>
{
    public static int Count => Vector512<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* from) => Vector512.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(Vector512<float> left, Vector512<float> right, Vector512<float> addend) => Vector512.MultiplyAddEstimate(left, right, addend);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> left, Vector512<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, float* to) => value.Store(to);
}
