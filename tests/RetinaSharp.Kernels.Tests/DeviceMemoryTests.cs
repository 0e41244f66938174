using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using RetinaSharp.Kernels.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests;

public sealed class DeviceMemoryTests
{
    private const int Size = 256 << 20;

    // What other threads of the process allocate or free meanwhile.
    private const int Tolerance = Size / 4;

    [Fact]
    public void MeasurePeak_MemoryThatIsFreedAgain_IsIncluded() => AssertIncludesFreedMemory(action => DeviceMemory.MeasurePeak(CPU, action));

    [Fact]
    public void SamplePeak_MemoryThatIsFreedAgain_IsIncluded() => AssertIncludesFreedMemory(ProcessMemory.SamplePeak);

    [Fact]
    public void SamplePeak_ActionThrows_RethrowsTheException() =>
        Assert.Throws<InvalidOperationException>(() => ProcessMemory.SamplePeak(() => throw new InvalidOperationException()));

    [Fact]
    public void GetAvailable_Cpu_IsLessThanTheMemoryOfTheMachine()
    {
        var available = DeviceMemory.GetAvailable(CPU);

        Assert.InRange(available, 1, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - 1);
    }

    [Fact]
    public void GetAvailable_CudaWithoutADriver_ThrowsWithTheReason()
    {
        Assert.SkipWhen(NativeLibrary.TryLoad(CudaDriver.FileName, out _), "there is a driver");

        Assert.Contains(CudaDriver.FileName, Assert.Throws<TorchUnavailableException>(() => DeviceMemory.GetAvailable(new(DeviceType.CUDA, 0))).Message);
    }

    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB", true)]
    [InlineData("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes", true)]
    [InlineData("shapes cannot be multiplied", false)]
    public void IsOutOfMemory_MessageOfLibTorch_IsRecognized(string message, bool expected) =>
        Assert.Equal(expected, DeviceMemory.IsOutOfMemory(new ExternalException(message)));

    private static void AssertIncludesFreedMemory(Func<Action, long> measure)
    {
        var before = DeviceMemory.GetUsed(CPU);

        var peak = measure(UseAndFree);
        var later = measure(() => { });

        Assert.InRange(peak, before + Size - Tolerance, before + Size + Tolerance);
        // The peak before the action does not count.
        Assert.InRange(later, 1, peak - Size + (2 * Tolerance));
    }

    // Memory of a mapping goes back to the system when it is freed, unlike that of a heap.
    private static void UseAndFree()
    {
        using var memory = MemoryMappedFile.CreateNew(null, Size);
        using var view = memory.CreateViewAccessor();
        for (var offset = 0; offset < Size; offset += Environment.SystemPageSize)
            view.Write(offset, (byte)1);
        Thread.Sleep(200);
    }
}
