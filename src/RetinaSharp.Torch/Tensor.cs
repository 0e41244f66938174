using System.Text;
using RetinaSharp.Torch.Native;

namespace RetinaSharp.Torch;

/// <summary>
/// A tensor of LibTorch. Its memory is freed by <see cref="Dispose"/>, or by the <see cref="TensorScope"/> in which it was
/// made; what is forgotten is freed late, and counted in <see cref="TensorCount.Forgotten"/>.
/// </summary>
public sealed unsafe partial class Tensor : IDisposable
{
    private nint _handle;
    private long[]? _shape;

    internal Tensor(nint handle)
    {
        _handle = handle;
        TensorScope.Current?.Add(this);
    }

    /// <summary>The safety net. Freeing here would free on the finaliser's thread, so the handle is only put aside.</summary>
    ~Tensor()
    {
        if (_handle != 0)
            TensorCount.Forget(_handle);
    }

    /// <summary>Sizes by dimension.</summary>
    public ReadOnlySpan<long> Shape
    {
        get
        {
            if (_shape is null)
            {
                var shape = new long[NativeMethods.rt_dimensions(Handle)];
                fixed (long* first = shape)
                    NativeMethods.rt_shape(Handle, first);
                _shape = shape;
            }

            return _shape;
        }
    }

    /// <summary>Number of elements.</summary>
    public long Count
    {
        get
        {
            var count = 1L;
            foreach (var size in Shape)
                count *= size;
            return count;
        }
    }

    /// <summary>Type of the elements.</summary>
    public ScalarType Type => (ScalarType)NativeMethods.rt_type(Handle);

    /// <summary>Where it lives.</summary>
    public Device Device
    {
        get
        {
            const int Capacity = 32;
            var text = stackalloc byte[Capacity];
            Shim.Check(NativeMethods.rt_device(Handle, text, Capacity));
            return Device.Named(Encoding.UTF8.GetString(System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text)));
        }
    }

    /// <summary>The scope that frees it, if any; kept here so that moving between scopes is quick.</summary>
    internal TensorScope? Scope { get; set; }

    internal nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle == 0, this);
            return _handle;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var handle = Interlocked.Exchange(ref _handle, 0);
        if (handle == 0)
            return;
        NativeMethods.rt_release(handle);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public override string ToString() => _handle == 0 ? "disposed tensor" : $"{Type}[{string.Join(", ", Shape.ToArray())}]";
}
