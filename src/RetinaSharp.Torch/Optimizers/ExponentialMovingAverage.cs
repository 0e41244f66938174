using RetinaSharp.Torch.Modules;
using RetinaSharp.Torch.Native;

namespace RetinaSharp.Torch.Optimizers;

/// <summary>
/// Moving average of a module's weights and statistics, which is what is evaluated and saved. Early on the average follows
/// quickly: decay at update t is min(decay, (1 + t) / (10 + t)).
/// </summary>
public sealed class ExponentialMovingAverage : IDisposable
{
    private static readonly Operator AddList = new("aten::_foreach_add_", "List");
    private static readonly Operator SubtractList = new("aten::_foreach_sub", "List");

    private readonly Module _module;
    private readonly double _decay;
    private readonly Tensor[] _averages;
    private readonly Portion[] _portions;

    /// <summary>Starts from the weights as they are.</summary>
    /// <param name="module">The module, already on its device.</param>
    /// <param name="decay">Share of the average that is kept at an update, in [0, 1).</param>
    public ExponentialMovingAverage(Module module, double decay)
    {
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        (_module, _decay) = (module, decay);
        _averages = [.. module.State().Select(entry => TensorScope.Detach(entry.Tensor.Detach().Clone()))];
        _portions = Portion.Cut(_averages, Enumerable.Range(0, _averages.Length));
    }

    /// <summary>Updates done so far; part of the state.</summary>
    public long Updates { get; set; }

    /// <summary>The averages, in the order of <see cref="Module.State"/>.</summary>
    public IReadOnlyList<Tensor> Averages => _averages;

    /// <summary>Moves the average towards the weights.</summary>
    /// <param name="threads">Who does it; the caller alone where not given. The result is the same to the last bit.</param>
    public void Update(ShardThreads? threads = null)
    {
        Updates++;
        var decay = Math.Min(_decay, (1.0 + Updates) / (10.0 + Updates));
        var weights = Weights();
        var isInMemory = _averages[0].Device.IsCpu;
        ShardThreads.ForEach(threads, _portions.Length, i =>
        {
            // By the difference: what does not move, such as frozen weights, stays as it is to the last bit.
            if (isInMemory)
            {
                foreach (var (tensor, start, count) in _portions[i].Pieces)
                    Shim.Check(NativeMethods.rt_approach(_averages[tensor].Handle, weights[tensor].Handle, start, count, 1 - decay), "average weights");
                return;
            }

            using var scope = new TensorScope();
            var averages = _portions[i].Of(_averages);
            AddList.CallInPlace(averages, SubtractList.CallList(averages.Length, _portions[i].Of(weights), averages), 1 - decay);
        });
    }

    /// <summary>Exchanges weights and averages; called twice, all is as before.</summary>
    public void Swap()
    {
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        var weights = Weights();
        for (var i = 0; i < weights.Length; i++)
        {
            var kept = weights[i].Detach().Clone();
            weights[i].Copy_(_averages[i]);
            _averages[i].Copy_(kept);
        }

        _module.Refresh();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var average in _averages)
            average.Dispose();
    }

    private Tensor[] Weights() => [.. _module.State().Select(entry => entry.Tensor)];
}
