namespace RetinaSharp.Torch.Tests;

public class AutogradTests : LeakCheck
{
    private static readonly Dictionary<string, (long[][] Leaves, Func<Tensor[], Tensor> Graph)> Graphs = new()
    {
        ["arithmetic"] = ([[2, 3], [3]], x => (((x[0] + x[1]) * (x[0] - x[1]) * 1.5) + .25).Sigmoid()),
        ["broadcast"] = ([[2, 1, 3], [4, 1]], x => x[0] * x[1]),
        ["square, inverse root"] = ([[4]], x => ((x[0] * x[0]) + .5).Rsqrt()),
        ["layout"] = ([[2, 3, 2, 2]], x => x[0].ChannelsLast().Permute(0, 2, 3, 1).View(2, -1, 3).Slice(1, 1, 3).Contiguous().Sum(0)),
        ["convolution with stride"] = ([[2, 3, 5, 6], [4, 3, 3, 3], [4]], x => Functional.Conv2d(x[0], x[1], x[2], 2, 1)),
        ["convolution, batch norm, relu, maximum"] = ([[2, 2, 5, 5], [3, 2, 3, 3], [3], [3]], x =>
            Functional.MaxPool2d(Functional.BatchNorm(Functional.Conv2d(x[0], x[1], null, 1, 1), x[2], x[3], Channel(0), Channel(1), true, .1, 1e-3).Relu(), 3, 2, 1)),
        ["batch norm at inference"] = ([[2, 3, 2, 2], [3], [3]], x => Functional.BatchNorm(x[0], x[1], x[2], Channel(.2), Channel(1.3), false, .1, 1e-3)),
        ["pyramid: convolution, group norm, upsample, add"] = ([[1, 4, 2, 3], [4, 4, 3, 3], [4], [4], [1, 4, 4, 6]], x =>
            (Functional.UpsampleNearest(Functional.GroupNorm(Functional.Conv2d(x[0], x[1], null, 1, 1), 2, x[2], x[3], 1e-3).Relu_(), 4, 6) + x[4]).Sigmoid()),
        ["one leaf twice"] = ([[3]], x => x[0] * x[0]),
    };

    public static TheoryData<string> Names => [.. Graphs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Backward_OfAGraph_IsTheFiniteDifference(string name)
    {
        using var scope = new TensorScope();
        var (shapes, graph) = Graphs[name];
        Tensor[] leaves = [.. shapes.Select((shape, i) => Numbers.Make(10 + i, shape))];
        foreach (var leaf in leaves)
            leaf.RequiresGrad = true;
        var output = graph(leaves);
        var seed = Numbers.Make(5, output.Shape.ToArray());
        Autograd.Backward([output], [seed]);
        var factors = Numbers.Read(seed);
        foreach (var leaf in leaves)
            Numbers.Close(Differences(leaf), Numbers.Read(leaf.Gradient()!), 1e-8);

        double[] Differences(Tensor leaf)
        {
            const double Step = 1e-5;
            using var guard = Autograd.WithoutGradient();
            var result = new double[leaf.Count];
            for (var i = 0; i < result.Length; i++)
            {
                var middle = leaf.Data<double>()[i];
                leaf.Data<double>()[i] = middle + Step;
                var above = Loss();
                leaf.Data<double>()[i] = middle - Step;
                result[i] = (above - Loss()) / (2 * Step);
                leaf.Data<double>()[i] = middle;
            }

            return result;
        }

        double Loss()
        {
            using var inner = new TensorScope();
            return Numbers.Read(graph(leaves)).Zip(factors, (value, factor) => value * factor).Sum();
        }
    }

    [Fact]
    public void Backward_FromSeveralOutputs_AddsTheirGradients()
    {
        using var scope = new TensorScope();
        var x = Leaf(2, 3);
        Autograd.Backward([x * 5, x * x], [Numbers.Make([1, 10], [2]), Numbers.Make([1, 1], [2])]);
        Assert.Equal([5 + 4, 50 + 6], Numbers.Read(x.Gradient()!));
    }

    [Fact]
    public void Backward_Twice_AddsUpUntilCleared()
    {
        using var scope = new TensorScope();
        var x = Leaf(2, 3);
        Autograd.Backward([x * 5], [Numbers.Make([1, 10], [2])]);
        Autograd.Backward([x * x], [Numbers.Make([1, 1], [2])]);
        Assert.Equal([9, 56], Numbers.Read(x.Gradient()!));
        x.ClearGradient();
        Assert.Null(x.Gradient());
        Autograd.Backward([x * x], [Numbers.Make([1, 1], [2])]);
        Assert.Equal([4, 6], Numbers.Read(x.Gradient()!));
    }

    [Fact]
    public void Backward_ToAFrozenLeaf_LeavesItWithout()
    {
        using var scope = new TensorScope();
        var (x, frozen) = (Leaf(2, 3), Numbers.Make([4, 5], [2]));
        Autograd.Backward([x * frozen], [Numbers.Make([1, 1], [2])]);
        Assert.Equal([4, 5], Numbers.Read(x.Gradient()!));
        Assert.Null(frozen.Gradient());
    }

    [Fact]
    public void Backward_ThroughDetach_Stops()
    {
        using var scope = new TensorScope();
        var x = Leaf(2, 3);
        Autograd.Backward([x * x.Detach()], [Numbers.Make([1, 1], [2])]);
        Assert.Equal([2, 3], Numbers.Read(x.Gradient()!));
    }

    [Fact]
    public void Backward_AfterTheScopeOfTheGraph_IsNotHurtByFreedHandles()
    {
        using var scope = new TensorScope();
        var x = Leaf(2, 3);
        Tensor output;
        using (var inner = new TensorScope())
            output = inner.Keep((x * x).Sigmoid() * 2);
        Autograd.Backward([output], [Numbers.Make([1, 1], [2])]);
        Numbers.Close([.. new[] { 2.0, 3 }.Select(v => 4 * v * Math.Exp(-v * v) / Math.Pow(1 + Math.Exp(-v * v), 2))], Numbers.Read(x.Gradient()!), 1e-14);
    }

    [Fact]
    public void Backward_Again_IsRefused()
    {
        using var scope = new TensorScope();
        var (x, seed) = (Leaf(2, 3), Numbers.Make([1, 1], [2]));
        var output = x * x;
        Autograd.Backward([output], [seed]);
        Assert.StartsWith("backward: ", Assert.Throws<TorchException>(() => Autograd.Backward([output], [seed])).Message);
    }

    [Fact]
    public void Backward_BadArguments_IsRefused()
    {
        using var scope = new TensorScope();
        var (x, seed) = (Leaf(2, 3), Numbers.Make([1, 1, 1], [3]));
        var output = x * x;
        Assert.Throws<ArgumentException>(() => Autograd.Backward([output], []));
        Assert.Throws<TorchException>(() => Autograd.Backward([output], [seed]));
        Assert.Throws<TorchException>(() => Autograd.Backward([seed], [seed]));
    }

    [Fact]
    public void WithoutGradient_WhileOpen_RecordsNothing()
    {
        using var scope = new TensorScope();
        var x = Leaf(2, 3);
        using (Autograd.WithoutGradient())
        {
            using (Autograd.WithoutGradient())
                Assert.False((x * x).RequiresGrad);
            Assert.False((x * x).RequiresGrad);
        }

        Assert.True((x * x).RequiresGrad);
    }

    [Fact]
    public void WithoutGradient_OnOneThread_LeavesTheOthersAlone()
    {
        using var scope = new TensorScope();
        using var guard = Autograd.WithoutGradient();
        var x = Leaf(2, 3);
        var recorded = false;
        var thread = new Thread(() =>
        {
            using var inner = new TensorScope();
            recorded = (x * x).RequiresGrad;
        });
        thread.Start();
        thread.Join();
        Assert.True(recorded);
    }

    private static Tensor Leaf(params double[] values)
    {
        var leaf = Numbers.Make(values, [values.Length]);
        leaf.RequiresGrad = true;
        return leaf;
    }

    private static Tensor Channel(double value) => Numbers.Make([value, value, value], [3]);
}
