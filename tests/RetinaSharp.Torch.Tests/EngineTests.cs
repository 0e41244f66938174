namespace RetinaSharp.Torch.Tests;

public class EngineTests : LeakCheck
{
    [Fact]
    public void Version_OfLibTorch_IsOneOrTwo() => Assert.Matches(@"^[12]\.\d+", Engine.Version);

    [Fact]
    public void Threads_SetOnOneThread_HoldOnAnother()
    {
        var before = Engine.Threads;
        try
        {
            foreach (var count in new[] { 1, 2 })
            {
                Engine.Threads = count;
                var seen = 0;
                var thread = new Thread(() => seen = Engine.Threads);
                thread.Start();
                thread.Join();
                Assert.Equal(count, Engine.Threads);
                Assert.Equal(count, seen);
            }
        }
        finally
        {
            Engine.Threads = before;
        }
    }

    [Fact]
    public void Threads_OfAThread_StayWhenAnotherSetsItsOwn()
    {
        var before = Engine.Threads;
        var seen = 0;
        using SemaphoreSlim set = new(0), go = new(0);
        var thread = new Thread(() =>
        {
            // The first that this thread does with the engine.
            Engine.Threads = 1;
            set.Release();
            go.Wait();
            seen = Engine.Threads;
        });
        thread.Start();
        set.Wait();
        Engine.Threads = 3;
        go.Release();
        thread.Join();
        Engine.Threads = before;
        Assert.Equal(1, seen);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Threads_NotPositive_IsRefused(int count) => Assert.Throws<TorchException>(() => Engine.Threads = count);

    [Fact]
    public void Require_TheProcessor_IsThere() => Engine.Require(Device.Cpu);

    [Fact]
    public void Require_ADeviceThatIsNotThere_SaysWhatToDo()
    {
        var missing = Device.Cuda(Engine.CudaDevices);
        var error = Assert.Throws<TorchUnavailableException>(() => Engine.Require(missing));
        Assert.Contains($"Device {missing} is not there", error.Message);
        Assert.Contains(Engine.CudaDevices == 0 ? "Use --device cpu" : $"sees {Engine.CudaDevices}", error.Message);
    }

    [Fact]
    public void Zeros_OnADeviceThatIsNotThere_IsRefused() =>
        Assert.Throws<TorchException>(() => Tensor.Zeros(ScalarType.Float32, Device.Cuda(Engine.CudaDevices), 1));
}
