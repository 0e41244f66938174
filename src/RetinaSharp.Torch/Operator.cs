using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using RetinaSharp.Torch.Native;

namespace RetinaSharp.Torch;

/// <summary>
/// One operator of LibTorch, found by its schema's name at first use. Arguments left out at the end take the schema's
/// defaults, so that a schema that grew in a later LibTorch is called in the same way.
/// </summary>
internal sealed unsafe class Operator(string name, string overload = "")
{
    // The longest lists are those of the optimiser's operators: one entry a parameter.
    private const int MostStackBytes = 4096;
    private const int MostResults = 8;

    private nint _handle;

    /// <summary>Calls an operator that returns one tensor.</summary>
    public Tensor Call(params ReadOnlySpan<Argument> arguments)
    {
        var results = stackalloc Value[MostResults];
        Invoke(arguments, results, MostResults);
        return Take(results[0]);
    }

    /// <summary>Calls an operator that returns a list of tensors.</summary>
    public Tensor[] CallList(int capacity, params ReadOnlySpan<Argument> arguments)
    {
        var results = new Value[capacity];
        fixed (Value* first = results)
        {
            var count = Invoke(arguments, first, capacity);
            var tensors = new Tensor[count];
            for (var i = 0; i < count; i++)
                tensors[i] = Take(results[i]);
            return tensors;
        }
    }

    /// <summary>Calls an operator that works in place; the alias that it returns is released.</summary>
    public void CallInPlace(params ReadOnlySpan<Argument> arguments)
    {
        var results = stackalloc Value[MostResults];
        var count = Invoke(arguments, results, MostResults);
        for (var i = 0; i < count; i++)
            Drop(results[i]);
    }

    private static Tensor Take(Value value) =>
        value.Tag == Tag.Tensor ? new Tensor(value.Pointer) : throw new InvalidOperationException($"A tensor was expected, the operator returned {value.Tag}.");

    private static void Drop(Value value)
    {
        if (value.Tag == Tag.Tensor)
            NativeMethods.rt_release(value.Pointer);
    }

    private int Invoke(ReadOnlySpan<Argument> arguments, Value* results, int capacity)
    {
        if (_handle == 0)
            Find();
        var bytes = 0;
        foreach (ref readonly var argument in arguments)
            bytes += ListBytes(argument);
        byte[]? rented = null;
        var lists = bytes <= MostStackBytes ? stackalloc byte[MostStackBytes] : (rented = ArrayPool<byte>.Shared.Rent(bytes));
        var values = stackalloc Value[arguments.Length];
        int status, count;
        fixed (byte* start = lists)
        {
            var free = start;
            for (var i = 0; i < arguments.Length; i++)
                values[i] = Lower(arguments[i], ref free);
            status = NativeMethods.rt_call(_handle, values, arguments.Length, results, capacity, out count);
        }

        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        if (status != 0)
            throw new TorchException(Describe(arguments, Shim.Error()));
        return count;
    }

    private void Find()
    {
        Shim.EnsureLoaded();
        if (NativeMethods.rt_find_operator(name, overload, out var handle) != 0)
            throw new TorchUnavailableException($"LibTorch {Engine.Version} has no operator {name}.{overload}: {Shim.Error()}");
        _handle = handle;
    }

    private static int ListBytes(in Argument argument) => argument.Reference switch
    {
        Tensor[] list => list.Length * sizeof(nint),
        long[] list => list.Length * sizeof(long),
        double[] list => list.Length * sizeof(double),
        string text => (Encoding.UTF8.GetMaxByteCount(text.Length) + 7) / 8 * 8,
        _ => 0,
    };

    private static Value Lower(in Argument argument, ref byte* free)
    {
        var value = new Value { Tag = argument.Tag };
        switch (argument.Tag)
        {
            case Tag.Int or Tag.Bool:
                value.Integer = argument.Integer;
                break;
            case Tag.Double:
                value.Real = argument.Real;
                break;
            case Tag.Tensor:
                value.Pointer = ((Tensor)argument.Reference!).Handle;
                break;
            case Tag.TensorList:
                value.Pointer = (nint)free;
                foreach (var tensor in (Tensor[])argument.Reference!)
                {
                    *(nint*)free = tensor.Handle;
                    free += sizeof(nint);
                    value.Count++;
                }

                break;
            case Tag.IntList:
                LowerBytes(MemoryMarshal.AsBytes<long>((long[])argument.Reference!), sizeof(long), ref value, ref free);
                break;
            case Tag.DoubleList:
                LowerBytes(MemoryMarshal.AsBytes<double>((double[])argument.Reference!), sizeof(double), ref value, ref free);
                break;
            case Tag.String or Tag.Device:
                LowerBytes(Encoding.UTF8.GetBytes((string)argument.Reference!), 1, ref value, ref free);
                break;
        }

        return value;
    }

    private static void LowerBytes(ReadOnlySpan<byte> bytes, int elementSize, ref Value value, ref byte* free)
    {
        bytes.CopyTo(new Span<byte>(free, bytes.Length));
        value.Pointer = (nint)free;
        value.Count = bytes.Length / elementSize;
        free += (bytes.Length + 7) / 8 * 8;
    }

    private string Describe(ReadOnlySpan<Argument> arguments, string reason)
    {
        var text = new StringBuilder(name).Append('(');
        for (var i = 0; i < arguments.Length; i++)
        {
            text.Append(i == 0 ? "" : ", ").Append(arguments[i].Reference switch
            {
                Tensor tensor => tensor.ToString(),
                Tensor[] list => $"{list.Length} tensors",
                long[] list => $"[{string.Join(", ", list)}]",
                string word => word,
                _ when arguments[i].Tag == Tag.None => "none",
                _ => arguments[i].Tag == Tag.Double ? arguments[i].Real.ToString(System.Globalization.CultureInfo.InvariantCulture) : arguments[i].Integer.ToString(System.Globalization.CultureInfo.InvariantCulture),
            });
        }

        return text.Append("): ").Append(reason).ToString();
    }
}
