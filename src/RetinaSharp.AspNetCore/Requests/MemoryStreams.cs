using System.Runtime.InteropServices;

namespace RetinaSharp.AspNetCore.Requests;

/// <summary>Streams over memory, without a copy.</summary>
internal static class MemoryStreams
{
    /// <summary>Returns a stream that reads the memory.</summary>
    public static MemoryStream AsStream(this ReadOnlyMemory<byte> memory) => MemoryMarshal.TryGetArray(memory, out var array)
        ? new(array.Array!, array.Offset, array.Count, writable: false)
        : new(memory.ToArray(), writable: false);
}
