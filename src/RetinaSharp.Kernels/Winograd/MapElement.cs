using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RetinaSharp.Kernels;

/// <summary>The element type of feature maps and weights in memory, fp32 or bf16. Arithmetic is in fp32.</summary>
/// <typeparam name="T">The implementing type.</typeparam>
internal unsafe interface IMapElement<T>
    where T : unmanaged, IMapElement<T>
{
    /// <summary>The <see cref="TorchSharp.torch.ScalarType"/> of tensors with these elements.</summary>
    static abstract TorchSharp.torch.ScalarType Type { get; }

    /// <summary>Loads eight elements and converts them to fp32.</summary>
    static abstract Vector256<float> Load(T* from);

    /// <summary>Converts eight fp32 values to the element type, rounded to nearest, and stores them.</summary>
    static abstract void Store(Vector256<float> values, T* to);
}

/// <summary>An fp32 element of a feature map or weight.</summary>
internal readonly unsafe struct Fp32 : IMapElement<Fp32>
{
    private readonly float _value;

    public static TorchSharp.torch.ScalarType Type => TorchSharp.torch.ScalarType.Float32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(Fp32* from) => Vector256.Load(&from->_value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> values, Fp32* to) => values.Store((float*)to);
}

/// <summary>A bf16 element of a feature map or weight: an fp32 number, rounded to its upper 16 bits.</summary>
internal readonly unsafe struct Bf16 : IMapElement<Bf16>
{
    private readonly ushort _value;

    public static TorchSharp.torch.ScalarType Type => TorchSharp.torch.ScalarType.BFloat16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(Bf16* from)
    {
        var (low, high) = Vector128.Widen(Vector128.Load(&from->_value));
        return (Vector256.Create(low, high) << 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> values, Bf16* to)
    {
        // Rounds to nearest, ties to even. A NaN could overflow to infinity or 0, so it becomes a quiet NaN.
        var bits = values.AsUInt32();
        var rounded = bits + Vector256.Create(0x7fffu) + ((bits >> 16) & Vector256<uint>.One);
        var isNumber = Vector256.Equals(values, values).AsUInt32();
        var upper = Vector256.ConditionalSelect(isNumber, rounded, Vector256.Create(0x7fc00000u)) >> 16;
        Vector128.Narrow(upper.GetLower(), upper.GetUpper()).Store((ushort*)to);
    }
}
