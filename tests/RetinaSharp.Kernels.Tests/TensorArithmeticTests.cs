using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests;

public sealed class TensorArithmeticTests : LeakCheck
{
    [Fact]
    public void Plus_TensorsOrNumber_IsTheSum()
    {
        using var scope = NewDisposeScope();
        var tensor = TensorMemory.Create<float>([1, 2, 3, 4], ScalarType.Float32, 2, 2);
        var row = TensorMemory.Create<float>([10, 20], ScalarType.Float32, 2);

        Assert.Equal([11, 22, 13, 24], tensor.Plus(row).Elements<float>().ToArray());
        Assert.Equal([1.5f, 2.5f, 3.5f, 4.5f], tensor.Plus(.5).Elements<float>().ToArray());
        Assert.Equal([-2, -4, -6, -8], tensor.Times(-2).Elements<float>().ToArray());
        Assert.Equal([1, 2, 3, 4], tensor.Elements<float>().ToArray());
    }

    [Fact]
    public void AddInPlace_TensorOrNumber_ChangesTheTensor()
    {
        using var scope = NewDisposeScope();
        var tensor = TensorMemory.Create<float>([1, 2], ScalarType.Float32, 2);

        tensor.AddInPlace(TensorMemory.Create<float>([10, 20], ScalarType.Float32, 2));
        Assert.Equal([11, 22], tensor.Elements<float>().ToArray());
        tensor.AddInPlace(.25);
        Assert.Equal([11.25f, 22.25f], tensor.Elements<float>().ToArray());
    }

    // With TorchSharp's operators, this fails after some thousand sums.
    [Fact]
    public void Plus_WhileGarbageIsCollected_IsTheSum()
    {
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            using var tensor = TensorMemory.Create<float>([1, 2], ScalarType.Float32, 2);
            for (var i = 0; i < 20_000; i++)
            {
                using var sum = tensor.Plus(tensor);
                using var shifted = sum.Plus(.5);
                using var product = shifted.Times(2);
                Assert.Equal([5, 9], product.Elements<float>());
            }
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }
    }
}
