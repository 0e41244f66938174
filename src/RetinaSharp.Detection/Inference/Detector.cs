using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Inference;
using RetinaSharp.Kernels;

namespace RetinaSharp.Detection.Inference;

/// <summary>
/// A detector that runs a trained model with LibTorch. Thread-safe; concurrent calls return the same results as sequential ones. The maximum number of
/// batches that run concurrently is the number of CPUs divided by the number of threads per batch, <see cref="DetectorOptions.Threads"/>. Other batches wait
/// without blocking a thread.
/// </summary>
public sealed class Detector : ObjectDetector
{
    private Detector(TorchEngine engine, ModelDescription description, DetectorOptions options)
        : base(engine, options) => Description = description;

    /// <summary>Settings and categories of the model, and a record of its training.</summary>
    public ModelDescription Description { get; }

    /// <summary>Loads a model.</summary>
    /// <param name="path">A run folder or a .safetensors file.</param>
    /// <param name="options">Device, data type and threads, and overrides of the model's settings; null: the defaults.</param>
    /// <exception cref="WeightsException">The model does not exist or is corrupt.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="TorchUnavailableException">LibTorch or the device is not available.</exception>
    public static Detector Load(string path, DetectorOptions? options = null)
    {
        options ??= new();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Threads);
        var device = LibTorch.Require(options.Device);
        var (state, description) = ModelFile.Load(ModelFile.Find(path), options.Components);
        try
        {
            if (device.type != TorchSharp.DeviceType.CPU)
            {
                using var onCpu = state;
                state = onCpu.To(device);
            }

            var threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads;
            var network = new RetinaNet(state, new(ComputeType.Choose(options.Precision, device)));
            try
            {
                var engine = new TorchEngine(network, description.ToDetectionModel(), threads, observe: null, network, state)
                {
                    MaxConcurrency = Math.Max(1, Environment.ProcessorCount / threads),
                };
                return new(engine, description, options);
            }
            catch
            {
                network.Dispose();
                throw;
            }
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    /// <summary>Reads the description of a model without loading its weights or LibTorch.</summary>
    /// <param name="path">A run folder or a .safetensors file.</param>
    /// <exception cref="WeightsException">The model does not exist or is corrupt.</exception>
    public static ModelDescription Describe(string path) => ModelFile.Describe(ModelFile.Find(path));
}
