using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RetinaSharp.Distributed;

/// <summary>The sum of bfloat16 numbers as an operation of MPI, which has none.</summary>
internal static unsafe class BFloat16Sum
{
    private const uint NaN = 0x7FC0;

    /// <summary>The function for <c>MPI_Op_create</c>.</summary>
    public static delegate* unmanaged[Cdecl]<void*, void*, int*, void*, void> Function => &Add;

    /// <summary>Adds numbers in place, rounded to the nearest, ties to even.</summary>
    /// <param name="from">The numbers to add, as bits.</param>
    /// <param name="to">The numbers that they are added to, as bits.</param>
    public static void Add(ReadOnlySpan<ushort> from, Span<ushort> to)
    {
        var i = 0;
        for (; i <= to.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(from[i..]), out var lowFrom, out var highFrom);
            Vector.Widen(new Vector<ushort>(to[i..]), out var lowTo, out var highTo);
            Vector.Narrow(Sum(lowFrom, lowTo), Sum(highFrom, highTo)).CopyTo(to[i..]);
        }

        for (; i < to.Length; i++)
            to[i] = (ushort)Sum(new(from[i]), new(to[i]))[0];
    }

    // An exception must not leave the function; there is nothing in it that could throw.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Add(void* from, void* to, int* count, void* type) => Add(new ReadOnlySpan<ushort>(from, *count), new Span<ushort>(to, *count));

    private static Vector<uint> Sum(Vector<uint> one, Vector<uint> other)
    {
        // bf16 is the upper 16 bits of fp32. Half of the last place, and one less if it is even, rounds to the nearest with ties to even.
        var sum = Vector.AsVectorSingle(one << 16) + Vector.AsVectorSingle(other << 16);
        var bits = Vector.AsVectorUInt32(sum);
        var rounded = (bits + new Vector<uint>(0x7FFF) + ((bits >> 16) & Vector<uint>.One)) >> 16;
        return Vector.ConditionalSelect(Vector.AsVectorUInt32(Vector.Equals(sum, sum)), rounded, new(NaN));
    }
}
