namespace RetinaSharp.Torch.Modules;

/// <summary>
/// A part of a network: parameters, buffers and other modules under names. Joined by dots they are the keys of
/// torchvision's state dictionaries.
/// </summary>
public abstract class Module : IDisposable
{
    private readonly List<(string Name, Module Module)> _children = [];
    private readonly List<(string Name, Parameter Parameter)> _parameters = [];
    private readonly List<(string Name, Tensor Tensor)> _buffers = [];

    /// <summary>Whether normalisations use, and move towards, the statistics of the batch.</summary>
    public bool IsTraining { get; private set; }

    /// <summary>All parameters with their names, its own first, then those of its modules, in the order of registration.</summary>
    /// <param name="prefix">Put before each name.</param>
    public IEnumerable<(string Name, Parameter Parameter)> NamedParameters(string prefix = "") =>
        _parameters.Select(entry => (prefix + entry.Name, entry.Parameter))
            .Concat(_children.SelectMany(child => child.Module.NamedParameters($"{prefix}{child.Name}.")));

    /// <summary>All buffers (what is saved but not trained) with their names.</summary>
    /// <param name="prefix">Put before each name.</param>
    public IEnumerable<(string Name, Tensor Tensor)> NamedBuffers(string prefix = "") =>
        _buffers.Select(entry => (prefix + entry.Name, entry.Tensor))
            .Concat(_children.SelectMany(child => child.Module.NamedBuffers($"{prefix}{child.Name}.")));

    /// <summary>Everything that is saved, in single precision, with its names.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> State() =>
        NamedParameters().Select(entry => (entry.Name, entry.Parameter.Master)).Concat(NamedBuffers());

    /// <summary>Itself and all modules under it, with their names; its own is empty.</summary>
    /// <param name="name">Its own name.</param>
    public IEnumerable<(string Name, Module Module)> NamedModules(string name = "") =>
        _children.SelectMany(child => child.Module.NamedModules(name.Length == 0 ? child.Name : $"{name}.{child.Name}")).Prepend((name, this));

    /// <summary>Switches between training and inference.</summary>
    /// <param name="on">Whether to train.</param>
    public void Train(bool on)
    {
        IsTraining = on;
        WeightsChanged();
        foreach (var (_, child) in _children)
            child.Train(on);
    }

    /// <summary>Moves everything to a device and chooses the type in which the graph uses the parameters.</summary>
    /// <param name="device">The device.</param>
    /// <param name="type">The type of computation.</param>
    /// <param name="shards">How many parts of a batch will go through it side by side; see <see cref="Shard"/>.</param>
    public virtual void To(Device device, ScalarType type, int shards = 1)
    {
        foreach (var (_, parameter) in _parameters)
            parameter.To(device, type, shards);
        for (var i = 0; i < _buffers.Count; i++)
        {
            using var scope = new TensorScope();
            var old = _buffers[i].Tensor;
            _buffers[i] = (_buffers[i].Name, TensorScope.Detach(old.To(device, ScalarType.Float32).Clone()));
            old.Dispose();
        }

        foreach (var (_, child) in _children)
            child.To(device, type, shards);
        WeightsChanged();
    }

    /// <summary>Gives every parameter and every buffer other memory, of single precision and the same shape.</summary>
    /// <param name="find">Finds it, by the name and the present tensor; the module frees both.</param>
    /// <param name="prefix">Put before each name.</param>
    public void Refill(Func<string, Tensor, Tensor> find, string prefix = "")
    {
        foreach (var (name, parameter) in _parameters)
            parameter.Replace(TensorScope.Detach(find(prefix + name, parameter.Master)));
        for (var i = 0; i < _buffers.Count; i++)
        {
            var (name, old) = _buffers[i];
            _buffers[i] = (name, TensorScope.Detach(find(prefix + name, old)));
            old.Dispose();
        }

        foreach (var (name, child) in _children)
            child.Refill(find, $"{prefix}{name}.");
        WeightsChanged();
    }

    /// <summary>Makes what the graph uses follow the master weights, and forgets what was derived from older ones.</summary>
    public void Refresh()
    {
        foreach (var (_, parameter) in NamedParameters())
            parameter.Refresh();
        Forget();
    }

    /// <summary>Forgets what was derived from the weights, such as their packed copies: they have moved. No other thread may be using the module.</summary>
    public void Forget()
    {
        WeightsChanged();
        foreach (var (_, child) in _children)
            child.Forget();
    }

    /// <summary>Takes over what the shards of a batch noted in training, such as statistics, in their order.</summary>
    public void Settle()
    {
        TakeNotes();
        foreach (var (_, child) in _children)
            child.Settle();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        TakeNotes();
        WeightsChanged();
        foreach (var (_, parameter) in _parameters)
            parameter.Dispose();
        foreach (var (_, buffer) in _buffers)
            buffer.Dispose();
        foreach (var (_, child) in _children)
            child.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Called where weights may have changed: whoever derived something from them forgets it.</summary>
    protected virtual void WeightsChanged()
    {
    }

    /// <summary>Called when all shards of a batch are through.</summary>
    protected virtual void TakeNotes()
    {
    }

    /// <summary>Takes a parameter under a name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="parameter">The parameter.</param>
    protected Parameter Register(string name, Parameter parameter)
    {
        _parameters.Add((name, parameter));
        return parameter;
    }

    /// <summary>Takes a module under a name.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="module">The module.</param>
    protected T Register<T>(string name, T module)
        where T : Module
    {
        _children.Add((name, module));
        return module;
    }

    /// <summary>Makes a buffer of one number for each channel.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="channels">Number of channels.</param>
    /// <param name="value">Its elements at the start.</param>
    /// <returns>Its place, for <see cref="Buffer"/>: the tensor itself is replaced when the module moves.</returns>
    protected int RegisterBuffer(string name, long channels, float value)
    {
        using var guard = Autograd.WithoutGradient();
        var buffer = TensorScope.Detach(Tensor.Zeros(ScalarType.Float32, Birthplace.Current, channels));
        buffer.Fill_(value);
        _buffers.Add((name, buffer));
        return _buffers.Count - 1;
    }

    /// <summary>A buffer by its place.</summary>
    /// <param name="place">What <see cref="RegisterBuffer"/> returned.</param>
    protected Tensor Buffer(int place) => _buffers[place].Tensor;
}
