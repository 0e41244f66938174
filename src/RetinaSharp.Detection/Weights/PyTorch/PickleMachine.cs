using System.Runtime.InteropServices;

namespace RetinaSharp.Detection.Weights.PyTorch;

/// <summary>
/// Reads a pickle without executing anything. It makes texts, numbers, lists, dictionaries and tensors, and knows no other thing;
/// a pickle that names one is refused. It does not recurse, and what a step makes is small, so that depth does no harm and memory
/// stays within what the file's size and <see cref="MaxSteps"/> allow.
/// <para>None is null; int long; float double; tuple object?[]; list List; dict and OrderedDict Dictionary, of the entries that have texts as keys.</para>
/// </summary>
internal sealed class PickleMachine
{
    /// <summary>Instructions in a pickle, and pairs that they copy; a detector's state dictionary takes some ten thousand.</summary>
    public const int MaxSteps = 1 << 20;

    private const int MaxDimensions = 8;
    private const int Protocol = 2;

    private readonly PickleReader _reader;
    private readonly Func<string, SafetensorsType, long, PyTorchStorage> _findStorage;
    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<long, object?> _memo = [];
    private int _steps;

    private PickleMachine(PickleReader reader, Func<string, SafetensorsType, long, PyTorchStorage> findStorage) => (_reader, _findStorage) = (reader, findStorage);

    /// <summary>Reads one pickle.</summary>
    /// <param name="reader">At its start; afterwards at its end.</param>
    /// <param name="findStorage">The storage of a key, an element type and a number of elements; throws where the file has none.</param>
    /// <exception cref="WeightsException">The pickle is damaged, or needs something that is not known here.</exception>
    public static object? Run(PickleReader reader, Func<string, SafetensorsType, long, PyTorchStorage> findStorage) => new PickleMachine(reader, findStorage).Run();

    private object? Run()
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
                    throw _reader.Fault($"is of pickle's protocol {protocol}, where torch.save writes {Protocol} unless told otherwise,");
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
                Remember(_reader.Byte());
                break;
            case PickleOpcode.LongBinGet:
                Remember(_reader.UInt32());
                break;
            case PickleOpcode.Global:
                Push(Global());
                break;
            case PickleOpcode.BinPersId:
                Push(Storage(Pop()));
                break;
            case PickleOpcode.Reduce:
                var arguments = Pop() as object?[] ?? throw _reader.Fault("calls something without a tuple of arguments");
                Push(Call(Pop(), arguments));
                break;
            case PickleOpcode.Build:
                // The state that PyTorch adds to a state dictionary (_metadata) says nothing about weights.
                Pop();
                if (Top() is not Dictionary<string, object?>)
                    throw _reader.Fault("gives a state to something that has none");
                break;
            default:
                throw _reader.Fault($"has the unknown instruction 0x{(byte)opcode:X2}");
        }
    }

    private object Global()
    {
        var name = $"{_reader.Line()}.{_reader.Line()}";
        return PickleGlobals.Find(name) ?? throw new WeightsException(_reader.Path,
            $"needs '{SafetensorsHeaderParser.Show(name)}' of Python, which is no part of a state dictionary; nothing was executed. "
                + "Where you trust the file, save its state dictionary alone with PyTorch, such as torch.save(torch.load(FILE)['model'], OTHER)");
    }

    private object? Call(object? function, object?[] arguments) => (function, arguments) switch
    {
        (PickleFunction.OrderedDictionary, []) => new Dictionary<string, object?>(StringComparer.Ordinal),
        (PickleFunction.OrderedDictionary, [List<object?> pairs]) => OrderedDictionary(pairs),
        (PickleFunction.RebuildTensor, [PyTorchStorage storage, long offset, object?[] shape, object?[] strides, ..]) => Tensor(storage, offset, shape, strides),
        (PickleFunction.RebuildParameter, [PyTorchTensor tensor, ..]) => tensor,
        (PickleFunction.Size, [object?[] shape]) => shape,
        _ => throw _reader.Fault("calls something with arguments that do not belong to it"),
    };

    private Dictionary<string, object?> OrderedDictionary(List<object?> pairs)
    {
        // The list may be one that was used before.
        Count(pairs.Count);
        var dictionary = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            var (key, value) = pair switch
            {
                List<object?> { Count: 2 } list => (list[0], list[1]),
                object?[] { Length: 2 } tuple => (tuple[0], tuple[1]),
                _ => throw _reader.Fault("makes a dictionary of things that are no pairs"),
            };
            if (key is string text)
                dictionary[text] = value;
        }

        return dictionary;
    }

    private PyTorchTensor Tensor(PyTorchStorage storage, long offset, object?[] shape, object?[] strides)
    {
        if (shape.Length > MaxDimensions || strides.Length > MaxDimensions)
            throw _reader.Fault($"has a tensor of {Math.Max(shape.Length, strides.Length)} dimensions");
        if (!shape.All(dimension => dimension is long) || !strides.All(stride => stride is long))
            throw _reader.Fault("has a tensor whose shape or strides are no whole numbers");
        var (sizes, steps) = (Array.ConvertAll(shape, dimension => (long)dimension!), Array.ConvertAll(strides, stride => (long)stride!));
        return PyTorchTensor.Create(storage, offset, sizes, steps) ?? throw _reader.Fault(
            $"has a tensor of shape [{string.Join(", ", sizes)}] and strides [{string.Join(", ", steps)}] from element {offset} on, "
                + $"which does not lie within the {storage.Count} elements of its storage '{SafetensorsHeaderParser.Show(storage.Key)}' once,");
    }

    private PyTorchStorage Storage(object? id)
    {
        // Before 1.6 a sixth part told where a storage was a part of another; PyTorch has long written None there.
        if (id is not object?[] parts || parts is not ["storage", SafetensorsType type, string key, _, long count, ..] || parts.Length > 6 || (parts.Length == 6 && parts[5] is not null))
            throw _reader.Fault("refers to something that is no storage");
        return type.TryByteLength([count], out _) ? _findStorage(key, type, count) : throw _reader.Fault($"has a storage of {count} elements");
    }

    private void Append(object?[] values)
    {
        if (Top() is not List<object?> list)
            throw _reader.Fault("appends to something that is no list");
        list.AddRange(values);
    }

    private void SetItems(object?[] items)
    {
        if (Top() is not Dictionary<string, object?> dictionary || items.Length % 2 != 0)
            throw _reader.Fault("sets items of something that is no dictionary");
        for (var i = 0; i < items.Length; i += 2)
            if (items[i] is string key)
                dictionary[key] = items[i + 1];
    }

    private void Remember(long place) => Push(_memo.TryGetValue(place, out var value) ? value : throw _reader.Fault($"refers to {place}, which it has not kept,"));

    private void Count(int steps)
    {
        if (steps > MaxSteps - _steps)
            throw _reader.Fault($"has more than {MaxSteps} instructions");
        _steps += steps;
    }

    private void Push(object? value) => _stack.Add(value);

    private object? Top() => _stack.Count > Floor ? _stack[^1] : throw _reader.Fault("takes something from an empty stack");

    private object? Pop() => PopMany(1)[0];

    private object?[] PopMany(int count)
    {
        if (_stack.Count - count < Floor)
            throw _reader.Fault("takes something from an empty stack");
        return PopFrom(_stack.Count - count);
    }

    private object?[] PopToMark()
    {
        if (_marks.Count == 0)
            throw _reader.Fault("has no mark where one is needed");
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

    // What is below the last mark belongs to what the mark interrupted.
    private int Floor => _marks.Count == 0 ? 0 : _marks[^1];
}
