using RetinaSharp.Kernels.Native;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Tests;

public sealed class AutogradTests : LeakCheck
{
    [Fact]
    public void Backward_Node_UsesItsGradients()
    {
        using var scope = NewDisposeScope();
        var x = Leaf(2, 3);
        var y = Node.Apply(x, gradient => gradient * 7);
        Assert.True(y.requires_grad);
        Autograd.Backward([y * x], [ones(2)]);
        // 7 through the node, where the other factor is x, and y directly.
        Assert.Equal([(7 * 2) + 2, (7 * 3) + 3], x.grad!.Elements<float>());
    }

    [Fact]
    public void Backward_FromSeveralOutputs_SumsGradients()
    {
        using var scope = NewDisposeScope();
        var x = Leaf(2, 3);
        Autograd.Backward([x * 5, Node.Apply(x, gradient => gradient * 2)], [Values(1, 10), ones(2)]);
        Assert.Equal([7, 52], x.grad!.Elements<float>());
    }

    [Fact]
    public void Backward_NodeWithoutGradient_LeavesLeafWithoutGradient()
    {
        using var scope = NewDisposeScope();
        var x = Leaf(2, 3);
        Autograd.Backward([Node.Apply(x, _ => null)], [ones(2)]);
        Assert.Null(x.grad);
    }

    [Fact]
    public void Backward_NodeThrows_RethrowsException()
    {
        using var scope = NewDisposeScope();
        var x = Leaf(2, 3);
        var thrown = new InvalidTimeZoneException("of the node");
        for (var i = 0; i < 3; i++)
        {
            // Behind nodes of LibTorch and of this package whose gradients are pending.
            var y = Node.Apply(Node.Apply(x, _ => throw thrown) * 2, gradient => gradient * 3);
            Assert.Same(thrown, Assert.Throws<InvalidTimeZoneException>(() => Autograd.Backward([y], [ones(2)])));
        }

        x.grad = null;
        Autograd.Backward([Node.Apply(x, gradient => gradient * 7)], [ones(2)]);
        Assert.Equal([7, 7], x.grad!.Elements<float>());
    }

    [Fact]
    public void Backward_NodeThrows_ReleasesEveryNode()
    {
        using var scope = NewDisposeScope();
        var x = Leaf(2, 3);
        List<int> releases = [0, 0, 0];
        var before = TensorCount.Alive;
        using (NewDisposeScope())
        {
            var inner = Node.Apply(x, gradient => gradient * 2, () => releases[0]++);
            var failing = Node.Apply(inner, _ => throw new InvalidTimeZoneException(), () => releases[1]++);
            var y = Node.Apply(failing, gradient => gradient * 2, () => releases[2]++);
            Assert.Throws<InvalidTimeZoneException>(() => Autograd.Backward([y], [ones(2)]));
        }

        Assert.DoesNotContain(0, releases);
        Assert.Equal(before, TensorCount.Alive);
    }

    [Fact]
    public void Backward_TorchSharpsOwn_ThrowsAndNextWorks()
    {
        using var scope = NewDisposeScope();
        var x = Leaf(2, 3);
        Assert.ThrowsAny<Exception>(() => Node.Apply(x, _ => throw new InvalidTimeZoneException()).backward([ones(2)]));
        Node.Apply(x, gradient => gradient * 7).backward([ones(2)]);
        Assert.Equal([7, 7], x.grad!.Elements<float>());
        Autograd.Backward([x * 2], [ones(2)]);
        Assert.Equal([9, 9], x.grad!.Elements<float>());
    }

    [Fact]
    public void Backward_WrongGradientShape_ThrowsAndNextWorks()
    {
        using var scope = NewDisposeScope();
        var x = Leaf(2, 3);
        Assert.ThrowsAny<Exception>(() => Autograd.Backward([Node.Apply(x, _ => ones(5))], [ones(2)]));
        Autograd.Backward([Node.Apply(x, gradient => gradient * 7)], [ones(2)]);
        Assert.Equal([7, 7], x.grad!.Elements<float>());
    }

    [Fact]
    public void Backward_TooFewGradients_Throws()
    {
        using var scope = NewDisposeScope();
        var y = Leaf(2, 3) * 2;
        Assert.Throws<ArgumentException>(() => Autograd.Backward([y], []));
        Assert.Throws<ArgumentException>(() => Autograd.Backward([], [y]));
    }

    [Fact]
    public void Backward_InvalidGradientOrNoGraph_Throws()
    {
        using var scope = NewDisposeScope();
        var y = Leaf(2, 3) * 2;
        Assert.ThrowsAny<Exception>(() => Autograd.Backward([y], [ones(3)]));
        Assert.ThrowsAny<Exception>(() => Autograd.Backward([ones(2)], [ones(2)]));
    }

    [Fact]
    public void Backward_TwoThreads_RunSeparateGraphs()
    {
        var errors = new List<Exception>();
        var threads = Enumerable.Range(1, 2).Select(factor => new Thread(() =>
        {
            try
            {
                for (var repeat = 0; repeat < 200; repeat++)
                {
                    using var scope = NewDisposeScope();
                    var x = Leaf(2, 3);
                    if (repeat % 3 == 0)
                        Assert.Throws<InvalidTimeZoneException>(() => Autograd.Backward([Node.Apply(x, _ => throw new InvalidTimeZoneException())], [ones(2)]));
                    Autograd.Backward([Node.Apply(Node.Apply(x, gradient => gradient * factor), gradient => gradient * factor)], [ones(2)]);
                    Assert.Equal([factor * factor, factor * factor], x.grad!.Elements<float>());
                }
            }
            catch (Exception error)
            {
                lock (errors)
                    errors.Add(error);
            }
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Assert.Empty(errors);
    }

    [Fact]
    public void Node_AfterGarbageCollection_StillRuns()
    {
        using var scope = NewDisposeScope();
        var x = Leaf(2, 3);
        var y = Node.Apply(x, gradient => gradient * 7);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Autograd.Backward([y], [ones(2)]);
        Assert.Equal([7, 7], x.grad!.Elements<float>());
    }

    private static Tensor Leaf(params float[] values) => Values(values).requires_grad_();

    private static Tensor Values(params float[] values) => tensor(values);

    private sealed class Node(Func<Tensor, Tensor?> backward, Action? released) : AutogradNode
    {
        public static Tensor Apply(Tensor input, Func<Tensor, Tensor?> backward, Action? released = null)
        {
            using var guard = no_grad();
            return new Node(backward, released).Attach([input], [input.clone()])[0];
        }

        protected override Tensor?[] Backward(Tensor?[] gradients) => [backward(gradients[0]!)];

        protected override void Release() => released?.Invoke();
    }
}
