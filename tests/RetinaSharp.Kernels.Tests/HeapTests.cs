namespace RetinaSharp.Kernels.Tests;

public sealed class HeapTests
{
    [Fact]
    public void KeepFreedMemory_AnySystem_DoesNotThrow() => Heap.KeepFreedMemory();
}
