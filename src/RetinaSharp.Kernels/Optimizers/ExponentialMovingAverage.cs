using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Optimizers;

/// <summary>
/// Exponential moving average (EMA) of weights and buffers, which is what is evaluated and saved. Early in a run the average follows quickly: the
/// decay of update t is <c>min(decay, (1 + t) / (10 + t))</c>, as in
/// <see href="https://www.tensorflow.org/api_docs/python/tf/train/ExponentialMovingAverage">TensorFlow's</see> with <c>num_updates</c>.
/// </summary>
public sealed unsafe class ExponentialMovingAverage : IDisposable
{
    private readonly Tensor[] _state;
    private readonly Tensor[] _averages;
    private readonly double _decay;
    private readonly bool _isOnCpu;

    /// <summary>Starts from the weights as they are.</summary>
    /// <param name="state">
    /// Masters of all parameters, frozen ones too, and buffers: fp32, dense, already on their device. The tensors stay the caller's and have to stay in place.
    /// </param>
    /// <param name="decay">Share of the average that an update keeps, in [0, 1).</param>
    /// <exception cref="ArgumentException">A tensor is not fp32 or not dense, or two share memory.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The decay is not in [0, 1).</exception>
    public ExponentialMovingAverage(IReadOnlyList<(string Name, Tensor Tensor)> state, double decay)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (decay is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(decay), decay, "The decay is not in [0, 1).");
        var addresses = new HashSet<nint>();
        foreach (var (name, tensor) in state)
        {
            if (tensor.dtype != ScalarType.Float32)
                throw new ArgumentException($"{name}: {TensorMemory.Describe(tensor)} is not fp32.", nameof(state));
            _ = new DenseLayout(tensor, name);
            // An average is found by the address of its weights.
            if (tensor.NumberOfElements > 0 && !addresses.Add((nint)TensorMemory.Pointer(tensor)))
                throw new ArgumentException($"{name} shares its memory with another tensor.", nameof(state));
        }

        _decay = decay;
        _state = [.. state.Select(entry => entry.Tensor)];
        _isOnCpu = _state.All(tensor => tensor.device_type == DeviceType.CPU);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        _averages = [.. _state.Select(tensor => tensor.detach().clone().DetachFromDisposeScope())];
    }

    /// <summary>Updates so far. To resume a run, set it and copy into <see cref="Averages"/>.</summary>
    public long Updates { get; set; }

    /// <summary>The decay of the last update.</summary>
    public double CurrentDecay => Math.Min(_decay, (1.0 + Updates) / (10.0 + Updates));

    /// <summary>The averages in the order of the state, each of the shape and strides of its tensor.</summary>
    public IReadOnlyList<Tensor> Averages => _averages;

    /// <summary>
    /// Applies one update: <c>average -= (1 - decay) (average - weight)</c>. Where both are equal, as of frozen weights, the average keeps its bits.
    /// <see cref="Optimizer.Step"/> does it in the same pass over memory as its own update.
    /// </summary>
    public void Update()
    {
        Updates++;
        UpdateWhere(_ => true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var average in _averages)
            average.Dispose();
    }

    /// <summary>The averages by the address of their weights.</summary>
    internal Dictionary<nint, int> ByAddress()
    {
        var indices = new Dictionary<nint, int>(_state.Length);
        for (var i = 0; i < _state.Length; i++)
        {
            if (_state[i].NumberOfElements > 0)
                indices.Add((nint)TensorMemory.Pointer(_state[i]), i);
        }

        return indices;
    }

    /// <summary>The part of <see cref="Update"/> for some of the averages.</summary>
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
        var chunks = ChunkPiece.Cut(indices.Select(i => (i, _state[i].NumberOfElements)));
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
