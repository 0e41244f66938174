using System.Runtime.CompilerServices;

namespace RetinaSharp.Torch.Tests;

public class TensorScopeTests : LeakCheck
{
    [Fact]
    public void Dispose_OfAScope_FreesWhatWasMadeInside()
    {
        var before = TensorCount.Alive;
        Tensor made;
        using (new TensorScope())
        {
            made = Zeros();
            _ = made + made;
            Assert.Equal(before + 2, TensorCount.Alive);
        }

        Assert.Equal(before, TensorCount.Alive);
        Assert.Throws<ObjectDisposedException>(() => made.Relu());
    }

    [Fact]
    public void Dispose_OfAnInnerScope_LeavesTheOuterOnesTensors()
    {
        var before = TensorCount.Alive;
        using var outer = new TensorScope();
        var kept = Zeros();
        using (new TensorScope())
            _ = kept.Relu();
        Assert.Equal(before + 1, TensorCount.Alive);
        Assert.Equal(2, kept.Count);
    }

    [Fact]
    public void Keep_FromAnInnerScope_LivesUntilTheOuterOneCloses()
    {
        var before = TensorCount.Alive;
        Tensor kept;
        using (new TensorScope())
        {
            using (var inner = new TensorScope())
            {
                kept = inner.Keep(Zeros());
                Assert.Same(kept, inner.Keep(kept));
            }

            Assert.Equal(2, kept.Count);
        }

        Assert.Equal(before, TensorCount.Alive);
        Assert.Throws<ObjectDisposedException>(() => kept.Relu());
    }

    [Fact]
    public void Keep_FromTheOutermostScope_BelongsToTheCaller()
    {
        Tensor kept;
        using (var scope = new TensorScope())
            kept = scope.Keep(Zeros());
        Assert.Equal(2, kept.Count);
        kept.Dispose();
    }

    [Fact]
    public void Keep_OfAnotherScopesTensor_ChangesNothing()
    {
        using var outer = new TensorScope();
        var tensor = Zeros();
        using (var inner = new TensorScope())
            inner.Keep(tensor);
        Assert.Same(outer, tensor.Scope);
    }

    [Fact]
    public void Detach_FromNestedScopes_BelongsToTheCaller()
    {
        Tensor detached;
        using (new TensorScope())
        {
            using (new TensorScope())
                detached = TensorScope.Detach(Zeros());
        }

        Assert.Equal(2, detached.Count);
        detached.Dispose();
    }

    [Fact]
    public void Dispose_AfterAnException_FreesWhatWasMadeBefore()
    {
        var before = TensorCount.Alive;
        Assert.Throws<TorchException>(() =>
        {
            using var scope = new TensorScope();
            _ = Zeros().View(3);
        });
        Assert.Equal(before, TensorCount.Alive);
        Assert.Null(TensorScope.Current);
    }

    [Fact]
    public void Dispose_OuterScopeFirst_Throws()
    {
        using var outer = new TensorScope();
        using var inner = new TensorScope();
        Assert.Throws<InvalidOperationException>(outer.Dispose);
    }

    [Fact]
    public void Dispose_OnAnotherThread_Throws()
    {
        using var scope = new TensorScope();
        Exception? thrown = null;
        var thread = new Thread(() => thrown = Record.Exception(scope.Dispose));
        thread.Start();
        thread.Join();
        Assert.IsType<InvalidOperationException>(thrown);
    }

    [Fact]
    public void Scope_OnAnotherThread_TakesNothingFromThisOne()
    {
        using var scope = new TensorScope();
        var tensor = Zeros();
        var thread = new Thread(() =>
        {
            using var other = new TensorScope();
            _ = tensor.Relu();
        });
        thread.Start();
        thread.Join();
        Assert.Equal(2, tensor.Relu().Count);
    }

    [Fact]
    public void Tensor_DisposedTwice_IsFreedOnce()
    {
        var before = TensorCount.Alive;
        using var scope = new TensorScope();
        var tensor = Zeros();
        tensor.Dispose();
        tensor.Dispose();
        Assert.Equal(before, TensorCount.Alive);
    }

    [Fact]
    public void Tensor_Disposed_ThrowsWhereverItIsUsed()
    {
        var tensor = Zeros();
        tensor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tensor.Shape.Length);
        Assert.Throws<ObjectDisposedException>(() => tensor.Type);
        Assert.Throws<ObjectDisposedException>(() => tensor.Device);
        Assert.Throws<ObjectDisposedException>(() => tensor.RequiresGrad);
        Assert.Throws<ObjectDisposedException>(tensor.Gradient);
        Assert.Throws<ObjectDisposedException>(tensor.Relu);
        Assert.Throws<ObjectDisposedException>(() => tensor.Data<float>().Length);
        Assert.Throws<ObjectDisposedException>(() => Autograd.Backward([tensor], [tensor]));
        Assert.Equal("disposed tensor", tensor.ToString());
    }

    [Fact]
    public void Tensor_NeverFreed_IsCountedAndFreedWhenAScopeCloses()
    {
        const int Lost = 3;
        var (alive, forgotten) = (TensorCount.Alive, TensorCount.Forgotten);
        Lose(Lost);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(forgotten + Lost, TensorCount.Forgotten);
        Assert.Equal(alive + Lost, TensorCount.Alive);
        new TensorScope().Dispose();
        Assert.Equal(alive, TensorCount.Alive);
        Provoked = Lost;
    }

    [Fact]
    public void Tensor_FreedByItsScope_IsNotForgotten()
    {
        var forgotten = TensorCount.Forgotten;
        Free();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(forgotten, TensorCount.Forgotten);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Lose(int count)
    {
        for (var i = 0; i < count; i++)
            _ = Zeros();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Free()
    {
        using var scope = new TensorScope();
        _ = Zeros();
    }

    private static Tensor Zeros() => Tensor.Zeros(ScalarType.Float32, Device.Cpu, 2);
}
