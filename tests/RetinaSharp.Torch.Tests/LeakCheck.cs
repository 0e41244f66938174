namespace RetinaSharp.Torch.Tests;

/// <summary>Fails every test that leaves a tensor behind, or forgets one that the garbage collector had to find.</summary>
public abstract class LeakCheck : IDisposable
{
    private readonly long _alive = TensorCount.Alive;
    private readonly long _forgotten = TensorCount.Forgotten;

    /// <summary>How many tensors the test forgets on purpose.</summary>
    protected long Provoked { get; set; }

    public void Dispose()
    {
        Assert.Null(TensorScope.Current);
        Assert.Equal(_alive, TensorCount.Alive);
        Assert.Equal(_forgotten + Provoked, TensorCount.Forgotten);
        GC.SuppressFinalize(this);
    }
}
