using System.Runtime.InteropServices;

namespace RetinaSharp.Cli.Benchmarks;

/// <summary>Memory aligned to cache lines, as that of a tensor.</summary>
/// <typeparam name="T">Type of the elements.</typeparam>
internal sealed unsafe class AlignedBuffer<T>(int length) : IDisposable where T : unmanaged
{
    private const int CacheLine = 64;

    private readonly void* _memory = NativeMemory.AlignedAlloc((nuint)length * (nuint)sizeof(T), CacheLine);

    public Span<T> Span => new(_memory, length);

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
