using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Optimizers;

/// <summary>
/// Updates weights from gradients. On the CPU, with <see cref="FusedKernels"/>, a step is one pass over memory for weights, gradients, state, EMA and
/// bf16 values, and its bits depend neither on the number of threads nor on the CPU. Elsewhere LibTorch's in-place operators compute the same.
/// </summary>
public abstract unsafe class Optimizer : IDisposable
{
    private readonly OptimizedParameter[] _parameters;
    private readonly DenseLayout[] _layouts;
    private readonly ChunkPiece[][] _chunks;
    private readonly List<(string Name, Tensor[] Tensors)> _state = [];
    private readonly double _weightDecay;
    private readonly bool _isOnCpu;

    /// <summary>Takes the parameters.</summary>
    /// <param name="parameters">The trained parameters, on their device.</param>
    /// <param name="weightDecay">Weight decay of those that <see cref="OptimizedParameter.Decays"/>.</param>
    /// <exception cref="ArgumentException">There is no parameter, one does not fit what <see cref="OptimizedParameter"/> says, or two share memory.</exception>
    private protected Optimizer(IReadOnlyList<OptimizedParameter> parameters, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (parameters.Count == 0)
            throw new ArgumentException("There is nothing to train: every parameter is frozen.", nameof(parameters));
        _parameters = [.. parameters];
        _layouts = [.. _parameters.Select(parameter => new DenseLayout(parameter.Master, parameter.Name))];
        var addresses = new HashSet<nint>();
        for (var i = 0; i < _parameters.Length; i++)
        {
            var (name, master, _, _) = _parameters[i];
            Check(_parameters[i], _layouts[i]);
            // Threads would update the same weights at the same time.
            if (master.NumberOfElements > 0 && !addresses.Add((nint)TensorMemory.Pointer(master)))
                throw new ArgumentException($"{name} shares its memory with another parameter.", nameof(parameters));
        }

        _weightDecay = weightDecay;
        _isOnCpu = _parameters.All(parameter => parameter.Master.device_type == DeviceType.CPU);
        _chunks = ChunkPiece.Cut(_parameters.Select((parameter, i) => (i, parameter.Master.NumberOfElements)));
    }

    /// <summary>
    /// What a checkpoint has to hold beside the weights: by name, one fp32 tensor a parameter, of the shape and strides of its master. To resume a run,
    /// copy into them and set <see cref="Steps"/>.
    /// </summary>
    public IReadOnlyList<(string Name, Tensor[] Tensors)> State => _state;

    /// <summary>Steps so far.</summary>
    public long Steps { get; set; }

    /// <summary>
    /// Applies one update to masters and values. It writes to their memory, so that autograd does not notice: call it when no graph that uses
    /// them is left.
    /// </summary>
    /// <param name="gradients">
    /// One for each parameter, in their order; not changed. fp32 or bf16, in any memory format: where strides differ from the master's, it is copied first.
    /// </param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="factor">What gradients are multiplied with; for clipping, <see cref="GradientNorm.ClipFactor"/>.</param>
    /// <param name="ema">An average that is updated too, as by <see cref="ExponentialMovingAverage.Update"/> after the step.</param>
    /// <exception cref="ArgumentException">The number of gradients, or type, shape or device of one, does not fit. Nothing has changed then.</exception>
    public void Step(IReadOnlyList<Tensor> gradients, double learningRate, double factor = 1, ExponentialMovingAverage? ema = null)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        if (gradients.Count != _parameters.Length)
            throw new ArgumentException($"There are {gradients.Count} gradients for {_parameters.Length} parameters.", nameof(gradients));
        for (var i = 0; i < _parameters.Length; i++)
        {
            if (gradients[i].dtype is not (ScalarType.Float32 or ScalarType.BFloat16) || !_layouts[i].HasShape(gradients[i]) || gradients[i].device_type != _parameters[i].Master.device_type)
            {
                throw new ArgumentException($"The gradient of {_parameters[i].Name} is {TensorMemory.Describe(gradients[i])} on {gradients[i].device}, "
                    + $"its weight {TensorMemory.Describe(_parameters[i].Master)} on {_parameters[i].Master.device}.", nameof(gradients));
            }
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Steps++;
        if (_isOnCpu && FusedKernels.AreEnabled)
        {
            StepFused(gradients, learningRate, factor, ema);
            return;
        }

        StepByOperators(gradients, learningRate, factor);
        ema?.Update();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _state.SelectMany(entry => entry.Tensors))
            tensor.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Updates some elements of a parameter by the kernel.</summary>
    private protected abstract void Update(in UpdateMemory memory, double learningRate, double factor, double weightDecay);

    /// <summary>Updates a parameter by LibTorch's operators.</summary>
    /// <param name="index">The index of the parameter.</param>
    /// <param name="weight">Its master.</param>
    /// <param name="gradient">fp32; must not be changed.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="factor">What the gradient is multiplied with.</param>
    /// <param name="weightDecay">Weight decay of this parameter.</param>
    private protected abstract void Update(int index, Tensor weight, Tensor gradient, double learningRate, double factor, double weightDecay);

    private protected Tensor[] AddState(string name)
    {
        using var noGrad = no_grad();
        // zeros_like keeps the strides of a dense tensor.
        Tensor[] tensors = [.. _parameters.Select(parameter => zeros_like(parameter.Master).DetachFromDisposeScope())];
        _state.Add((name, tensors));
        return tensors;
    }

    private static void Check(OptimizedParameter parameter, DenseLayout layout)
    {
        var (name, master, value) = (parameter.Name, parameter.Master, parameter.Value);
        if (master.dtype != ScalarType.Float32)
            throw new ArgumentException($"{name}: the master is {TensorMemory.Describe(master)}, not fp32.");
        if (!layout.Is(value) || value.device_type != master.device_type)
            throw new ArgumentException($"{name}: the value {TensorMemory.Describe(value)} has another shape, device or other strides than the master {TensorMemory.Describe(master)}.");
        if (value.dtype != ScalarType.BFloat16 && (value.dtype != ScalarType.Float32 || TensorMemory.Pointer(value) != TensorMemory.Pointer(master)))
            throw new ArgumentException($"{name}: the value is neither bf16 nor of the memory of the master.");
    }

    private double DecayOf(OptimizedParameter parameter) => parameter.Decays ? _weightDecay : 0;

    private void StepFused(IReadOnlyList<Tensor> gradients, double learningRate, double factor, ExponentialMovingAverage? ema)
    {
        var averages = ema?.ByAddress();
        var isAveraged = new bool[ema?.Averages.Count ?? 0];
        if (ema is not null)
            ema.Updates++;
        // Whole parameters; each piece of a chunk moves the addresses on.
        var fitted = new Tensor[_parameters.Length];
        var memories = new UpdateMemory[_parameters.Length];
        for (var i = 0; i < memories.Length; i++)
        {
            fitted[i] = _layouts[i].Fit(gradients[i]);
            var (_, master, value, _) = _parameters[i];
            ref var memory = ref memories[i];
            memory.Weights = (float*)TensorMemory.Pointer(master);
            memory.Gradients = TensorMemory.Pointer(fitted[i]);
            memory.AreGradientsBFloat16 = fitted[i].dtype == ScalarType.BFloat16;
            memory.Values = value.dtype == ScalarType.BFloat16 ? (ushort*)TensorMemory.Pointer(value) : null;
            memory.FirstState = (float*)TensorMemory.Pointer(_state[0].Tensors[i]);
            memory.SecondState = _state.Count > 1 ? (float*)TensorMemory.Pointer(_state[1].Tensors[i]) : null;
            if (averages is not null && averages.TryGetValue((nint)memory.Weights, out var average))
            {
                memory.Averages = (float*)TensorMemory.Pointer(ema!.Averages[average]);
                memory.AverageRate = (float)(1 - ema.CurrentDecay);
                isAveraged[average] = true;
            }
        }

        ParallelFor.Run(_chunks.Length, chunk =>
        {
            foreach (var (tensor, start, count) in _chunks[chunk])
                Update(Part(memories[tensor], start, count), learningRate, factor, DecayOf(_parameters[tensor]));
        });
        GC.KeepAlive(fitted);
        // Buffers and frozen weights.
        ema?.UpdateWhere(i => !isAveraged[i]);
    }

    private static UpdateMemory Part(UpdateMemory memory, long start, int count)
    {
        memory.Count = count;
        memory.Weights += start;
        memory.Gradients = (byte*)memory.Gradients + (start * (memory.AreGradientsBFloat16 ? sizeof(ushort) : sizeof(float)));
        memory.Values += memory.Values == null ? 0 : start;
        memory.FirstState += start;
        memory.SecondState += memory.SecondState == null ? 0 : start;
        memory.Averages += memory.Averages == null ? 0 : start;
        return memory;
    }

    private void StepByOperators(IReadOnlyList<Tensor> gradients, double learningRate, double factor)
    {
        for (var i = 0; i < _parameters.Length; i++)
        {
            // Temporaries of one parameter at a time.
            using var scope = NewDisposeScope();
            var (_, master, value, _) = _parameters[i];
            Update(i, master, gradients[i].to(ScalarType.Float32), learningRate, factor, DecayOf(_parameters[i]));
            if (value.dtype == ScalarType.BFloat16)
                value.copy_(master);
        }
    }
}
