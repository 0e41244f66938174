using System.Runtime.InteropServices;

namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>
/// Unpickles a checkpoint without executing Python code. Only strings, numbers, lists, dictionaries, tensors and argparse.Namespace are supported; a pickle
/// with any other object is rejected. There is no recursion, so that deep nesting is harmless. Each step allocates little, so that memory is
/// bounded by the file size and <see cref="MaxSteps"/>.
/// <para>
/// Python types map to .NET types: None to null, int to long, float to double, tuple to object?[], list to List, dict, OrderedDict and Counter to
/// Dictionary. Dictionary entries whose key is not a string are dropped, and so are the attributes of a Namespace.
/// </para>
/// </summary>
internal sealed class PickleMachine
{
    /// <summary>
    /// Maximum number of steps in reading a pickle: one per instruction, and one per pair that an instruction copies from a list to a dictionary. The state
    /// dict of a detector needs some ten thousand.
    /// </summary>
    public const int MaxSteps = 1 << 20;

    private const int MaxDimensions = 8;
    private const int MaxKeyLength = 4096;
    private const int Protocol = 2;

    // Stands for every argparse.Namespace.
    private static readonly object Namespace = new();

    private readonly PickleReader _reader;
    private readonly Func<string, SafetensorsType, long, PyTorchStorage> _findStorage;
    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<long, object?> _memo = [];
    private int _steps;

    private PickleMachine(PickleReader reader, Func<string, SafetensorsType, long, PyTorchStorage> findStorage) => (_reader, _findStorage) = (reader, findStorage);

    /// <summary>Reads one pickle and returns the unpickled object.</summary>
    /// <param name="reader">Positioned at the start of the pickle; afterwards at its end.</param>
    /// <param name="findStorage">Returns the storage of a key, an element type and a number of elements; throws if the file has no such storage.</param>
    /// <exception cref="WeightsException">The pickle is corrupt, or uses an unsupported feature.</exception>
    public static object? Unpickle(PickleReader reader, Func<string, SafetensorsType, long, PyTorchStorage> findStorage) => new PickleMachine(reader, findStorage).Unpickle();

    private object? Unpickle()
    {
        while (true)
        {
            Count(1);
            var opcode = (PickleOpcode)_reader.Byte();
            if (opcode == PickleOpcode.Stop)
                return Pop();
            Step(opcode);
        }
    }

    private void Step(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto:
                if (_reader.Byte() is var protocol && protocol > Protocol)
                    throw _reader.CreateException($"uses pickle protocol {protocol}, but torch.save writes {Protocol} by default,");
                break;
            case PickleOpcode.Mark:
                _marks.Add(_stack.Count);
                break;
            case PickleOpcode.None:
                Push(null);
                break;
            case PickleOpcode.NewTrue or PickleOpcode.NewFalse:
                Push(opcode == PickleOpcode.NewTrue);
                break;
            case PickleOpcode.BinInt:
                Push((long)_reader.Int32());
                break;
            case PickleOpcode.BinInt1:
                Push((long)_reader.Byte());
                break;
            case PickleOpcode.BinInt2:
                Push((long)_reader.UInt16());
                break;
            case PickleOpcode.Long1:
                Push(_reader.Long());
                break;
            case PickleOpcode.BinFloat:
                Push(_reader.Double());
                break;
            case PickleOpcode.BinUnicode:
                Push(_reader.Text(_reader.UInt32()));
                break;
            case PickleOpcode.BinString:
                Push(_reader.Text(_reader.Int32()));
                break;
            case PickleOpcode.ShortBinString:
                Push(_reader.Text(_reader.Byte()));
                break;
            case PickleOpcode.EmptyTuple:
                Push(Array.Empty<object?>());
                break;
            case PickleOpcode.Tuple1:
                Push(PopMany(1));
                break;
            case PickleOpcode.Tuple2:
                Push(PopMany(2));
                break;
            case PickleOpcode.Tuple3:
                Push(PopMany(3));
                break;
            case PickleOpcode.Tuple:
                Push(PopToMark());
                break;
            case PickleOpcode.EmptyList:
                Push(new List<object?>());
                break;
            case PickleOpcode.Append:
                Append(PopMany(1));
                break;
            case PickleOpcode.Appends:
                Append(PopToMark());
                break;
            case PickleOpcode.EmptyDict:
                Push(new Dictionary<string, object?>(StringComparer.Ordinal));
                break;
            case PickleOpcode.SetItem:
                SetItems(PopMany(2));
                break;
            case PickleOpcode.SetItems:
                SetItems(PopToMark());
                break;
            case PickleOpcode.BinPut:
                _memo[_reader.Byte()] = Top();
                break;
            case PickleOpcode.LongBinPut:
                _memo[_reader.UInt32()] = Top();
                break;
            case PickleOpcode.BinGet:
                PushFromMemo(_reader.Byte());
                break;
            case PickleOpcode.LongBinGet:
                PushFromMemo(_reader.UInt32());
                break;
            case PickleOpcode.Global:
                Push(Global());
                break;
            case PickleOpcode.BinPersId:
                Push(Storage(Pop()));
                break;
            // The first calls a function, the second a class: the stack is the same.
            case PickleOpcode.Reduce or PickleOpcode.NewObj:
                var arguments = Pop() as object?[] ?? throw _reader.CreateException("calls a function without a tuple of arguments");
                Push(Call(Pop(), arguments));
                break;
            case PickleOpcode.Build:
                // PyTorch attaches _metadata (module versions) to a state dict; it is not needed for the weights, and neither are options of a script.
                Pop();
                if (Top() is not Dictionary<string, object?> && !ReferenceEquals(Top(), Namespace))
                    throw _reader.CreateException("sets the state of an object that is neither a dictionary nor a Namespace");
                break;
            default:
                throw _reader.CreateException($"has the unknown instruction 0x{(byte)opcode:X2}");
        }
    }

    private object Global()
    {
        var name = $"{_reader.Line()}.{_reader.Line()}";
        return PickleGlobals.Find(name) ?? throw new WeightsException(_reader.Path,
            $"needs '{SafetensorsHeaderParser.Show(name)}' of Python, which does not belong in a state dict; nothing was executed. "
                + "If you trust the file, save only its state dict with PyTorch, for example torch.save(torch.load(FILE)['model'], OTHER)");
    }

    private object? Call(object? function, object?[] arguments) => (function, arguments) switch
    {
        (PickleFunction.OrderedDictionary, []) => new Dictionary<string, object?>(StringComparer.Ordinal),
        (PickleFunction.OrderedDictionary, [List<object?> pairs]) => OrderedDictionary(pairs),
        (PickleFunction.RebuildTensor, [PyTorchStorage storage, long offset, object?[] shape, object?[] strides, ..]) => Tensor(storage, offset, shape, strides),
        (PickleFunction.RebuildParameter, [PyTorchTensor tensor, ..]) => tensor,
        (PickleFunction.Size, [object?[] shape]) => shape,
        (PickleFunction.Counter, [Dictionary<string, object?> counts]) => counts,
        (PickleFunction.Namespace, []) => Namespace,
        _ => throw _reader.CreateException("calls a function with invalid arguments"),
    };

    private Dictionary<string, object?> OrderedDictionary(List<object?> pairs)
    {
        // A pickle can copy the same list many times through the memo, so each copied pair counts as a step.
        Count(pairs.Count);
        var dictionary = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            var (key, value) = pair switch
            {
                List<object?> { Count: 2 } list => (list[0], list[1]),
                object?[] { Length: 2 } tuple => (tuple[0], tuple[1]),
                _ => throw _reader.CreateException("creates a dictionary from items that are not pairs"),
            };
            if (key is string text)
                dictionary[Key(text)] = value;
        }

        return dictionary;
    }

    private PyTorchTensor Tensor(PyTorchStorage storage, long offset, object?[] shape, object?[] strides)
    {
        if (shape.Length > MaxDimensions || strides.Length > MaxDimensions)
            throw _reader.CreateException($"has a tensor of {Math.Max(shape.Length, strides.Length)} dimensions");
        if (!shape.All(dimension => dimension is long) || !strides.All(stride => stride is long))
            throw _reader.CreateException("has a tensor whose shape or strides are not integers");
        var (sizes, steps) = (Array.ConvertAll(shape, dimension => (long)dimension!), Array.ConvertAll(strides, stride => (long)stride!));
        return PyTorchTensor.Create(storage, offset, sizes, steps) ?? throw _reader.CreateException(
            $"has a tensor of shape [{string.Join(", ", sizes)}] and strides [{string.Join(", ", steps)}] at offset {offset}, "
                + $"which does not lie within the {storage.Count} elements of its storage '{SafetensorsHeaderParser.Show(storage.Key)}' once,");
    }

    private PyTorchStorage Storage(object? id)
    {
        // In early PyTorch the sixth element described a view of another storage; later versions write None.
        if (id is not object?[] parts || parts is not ["storage", SafetensorsType type, string key, _, long count, ..] || parts.Length > 6 || (parts.Length == 6 && parts[5] is not null))
            throw _reader.CreateException("has a persistent id that is not a storage");
        return type.TryByteLength([count], out _) ? _findStorage(Key(key), type, count) : throw _reader.CreateException($"has a storage of {count} elements");
    }

    private void Append(object?[] values)
    {
        if (Top() is not List<object?> list)
            throw _reader.CreateException("appends to an object that is not a list");
        list.AddRange(values);
    }

    private void SetItems(object?[] items)
    {
        if (Top() is not Dictionary<string, object?> dictionary || items.Length % 2 != 0)
            throw _reader.CreateException("sets items of an object that is not a dictionary");
        for (var i = 0; i < items.Length; i += 2)
            if (items[i] is string key)
                dictionary[Key(key)] = items[i + 1];
    }

    /// <summary>Checks the length of a dictionary's or storage's key: through the memo, each few bytes of a pickle could use the same long key, which is hashed each time.</summary>
    private string Key(string key) => key.Length <= MaxKeyLength ? key : throw _reader.CreateException($"has a key of {key.Length} characters, of at most {MaxKeyLength},");

    private void PushFromMemo(long index) => Push(_memo.TryGetValue(index, out var value) ? value : throw _reader.CreateException($"refers to memo entry {index}, which does not exist,"));

    private void Count(int steps)
    {
        if (steps > MaxSteps - _steps)
            throw _reader.CreateException($"has more than {MaxSteps} instructions");
        _steps += steps;
    }

    private void Push(object? value) => _stack.Add(value);

    private object? Top() => _stack.Count > Floor ? _stack[^1] : throw _reader.CreateException("pops from an empty stack");

    private object? Pop() => PopMany(1)[0];

    private object?[] PopMany(int count)
    {
        if (_stack.Count - count < Floor)
            throw _reader.CreateException("pops from an empty stack");
        return PopFrom(_stack.Count - count);
    }

    private object?[] PopToMark()
    {
        if (_marks.Count == 0)
            throw _reader.CreateException("has no mark on the stack");
        var mark = Floor;
        _marks.RemoveAt(_marks.Count - 1);
        return PopFrom(mark);
    }

    private object?[] PopFrom(int start)
    {
        var values = CollectionsMarshal.AsSpan(_stack)[start..].ToArray();
        _stack.RemoveRange(start, values.Length);
        return values;
    }

    // Items below the last mark must not be popped before the mark is.
    private int Floor => _marks.Count == 0 ? 0 : _marks[^1];
}
