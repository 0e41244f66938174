using System.Runtime.InteropServices;

namespace RetinaSharp.Cli.Benchmarks;

/// <summary>Numbers that begin where a cache line does, as a tensor's do.</summary>
/// <typeparam name="T">Type of the numbers.</typeparam>
internal sealed unsafe class AlignedBuffer<T>(int length) : IDisposable where T : unmanaged
{
    private const int CacheLine = 64;

    private readonly void* _memory = NativeMemory.AlignedAlloc((nuint)length * (nuint)sizeof(T), CacheLine);

    public Span<T> Span => new(_memory, length);

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
