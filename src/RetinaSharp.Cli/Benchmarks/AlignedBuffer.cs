using System.Runtime.InteropServices;

namespace RetinaSharp.Cli.Benchmarks;

/// <summary>Unmanaged memory that is aligned to cache lines, as a tensor's memory is. It is not initialized.</summary>
/// <typeparam name="T">Type of the elements.</typeparam>
/// <param name="length">Number of elements.</param>
internal sealed unsafe class AlignedBuffer<T>(int length) : IDisposable where T : unmanaged
{
    private const int CacheLine = 64;

    private readonly void* _memory = NativeMemory.AlignedAlloc((nuint)length * (nuint)sizeof(T), CacheLine);

    public Span<T> Span => new(_memory, length);

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
