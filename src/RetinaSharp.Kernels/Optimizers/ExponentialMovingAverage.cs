using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Optimizers;

/// <summary>
/// Exponential moving average (EMA) of weights and buffers. The EMA weights are evaluated and saved. So that they follow the trained
/// weights quickly early in a run, the decay of update t is <c>min(decay, (1 + t) / (10 + t))</c>, as in
/// <see href="https://www.tensorflow.org/api_docs/python/tf/train/ExponentialMovingAverage">TensorFlow</see> with <c>num_updates</c>.
/// </summary>
public sealed unsafe class ExponentialMovingAverage : IDisposable
{
    private readonly Tensor[] _state;
    private readonly Tensor[] _averages;
    private readonly double _decay;
    private readonly bool _isOnCpu;
    private readonly bool _ownsAverages;

    /// <summary>Creates the averages, with the current weights as initial values.</summary>
    /// <param name="state">
    /// The fp32 master weights of all parameters, including frozen ones, and the buffers; dense and already on their device. The caller
    /// keeps ownership and must not move the tensors in memory.
    /// </param>
    /// <param name="decay">The decay, in [0, 1): the weight of the previous average in an update.</param>
    /// <param name="averages">Tensors that keep the averages, with the shapes and strides of the state; the caller keeps ownership. Null: new ones.</param>
    /// <exception cref="ArgumentException">A tensor is not fp32 or not dense, or two share memory; or an average does not match its tensor.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The decay is not in [0, 1).</exception>
    public ExponentialMovingAverage(IReadOnlyList<(string Name, Tensor Tensor)> state, double decay, IReadOnlyList<Tensor>? averages = null)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (decay is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(decay), decay, "The decay must be in [0, 1).");
        var addresses = new HashSet<nint>();
        foreach (var (name, tensor) in state)
        {
            if (tensor.dtype != ScalarType.Float32)
                throw new ArgumentException($"{name}: {TensorMemory.Describe(tensor)} is not fp32.", nameof(state));
            _ = new DenseLayout(tensor, name);
            // Averages are looked up by the address of their weights.
            if (tensor.NumberOfElements > 0 && !addresses.Add((nint)TensorMemory.Pointer(tensor)))
                throw new ArgumentException($"{name} shares memory with another tensor.", nameof(state));
        }

        if (averages is not null && (averages.Count != state.Count || state.Zip(averages).Any(pair => pair.Second.dtype != ScalarType.Float32
            || pair.Second.device_type != pair.First.Tensor.device_type || !new DenseLayout(pair.First.Tensor, pair.First.Name).Matches(pair.Second))))
        {
            throw new ArgumentException("There must be an average for each tensor, in fp32 and with its shape, strides and device.", nameof(averages));
        }

        _decay = decay;
        _state = [.. state.Select(entry => entry.Tensor)];
        _isOnCpu = _state.All(tensor => tensor.device_type == DeviceType.CPU);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        _ownsAverages = averages is null;
        _averages = averages is null ? [.. _state.Select(tensor => tensor.detach().clone().DetachFromDisposeScope())] : [.. _state.Zip(averages, (tensor, average) => average.copy_(tensor))];
    }

    /// <summary>Number of updates so far. To resume a run, set this and copy the saved values into <see cref="Averages"/>.</summary>
    public long Updates { get; set; }

    /// <summary>The decay of the last update.</summary>
    public double CurrentDecay => Math.Min(_decay, (1.0 + Updates) / (10.0 + Updates));

    /// <summary>The averages, in the order of the state and with the shapes and strides of its tensors.</summary>
    public IReadOnlyList<Tensor> Averages => _averages;

    /// <summary>
    /// Updates all averages: <c>average -= (1 - decay) (average - weight)</c>. An average that equals its weight, as for frozen weights,
    /// does not change. <see cref="Optimizer.Step"/> can do this in the same pass over memory as its own update.
    /// </summary>
    public void Update()
    {
        Updates++;
        UpdateWhere(_ => true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var average in _ownsAverages ? _averages : [])
            average.Dispose();
    }

    /// <summary>
    /// Returns, for the address of each tensor's memory, the index of the average in <see cref="Averages"/>. Empty tensors are omitted.
    /// </summary>
    internal Dictionary<nint, int> GetIndicesByAddress()
    {
        var indices = new Dictionary<nint, int>(_state.Length);
        for (var i = 0; i < _state.Length; i++)
        {
            if (_state[i].NumberOfElements > 0)
                indices.Add((nint)TensorMemory.Pointer(_state[i]), i);
        }

        return indices;
    }

    /// <summary>Updates the averages whose index satisfies a predicate, without changing <see cref="Updates"/>.</summary>
    internal void UpdateWhere(Func<int, bool> isUpdated)
    {
        var indices = Enumerable.Range(0, _state.Length).Where(isUpdated);
        if (_isOnCpu && FusedKernels.AreEnabled)
            UpdateFused(indices);
        else
            UpdateByOperators(indices);
    }

    private void UpdateFused(IEnumerable<int> indices)
    {
        var chunks = ChunkSegment.Partition(indices.Select(i => (i, _state[i].NumberOfElements)));
        var weights = Array.ConvertAll(_state, tensor => (nint)TensorMemory.Pointer(tensor));
        var averages = Array.ConvertAll(_averages, tensor => (nint)TensorMemory.Pointer(tensor));
        var rate = (float)(1 - CurrentDecay);
        ParallelFor.Run(chunks.Length, chunk =>
        {
            foreach (var (tensor, start, count) in chunks[chunk])
                UpdateKernels.Average((float*)averages[tensor] + start, (float*)weights[tensor] + start, rate, count);
        });
        GC.KeepAlive(this);
    }

    private void UpdateByOperators(IEnumerable<int> indices)
    {
        using var noGrad = no_grad();
        using Scalar rate = -(1 - CurrentDecay);
        foreach (var i in indices)
        {
            using var difference = _averages[i].sub(_state[i]);
            _averages[i].add_(difference, rate);
        }
    }
}
