namespace RetinaSharp.Inference;

/// <summary>
/// The outputs of a network for one batch: those of its heads, <see cref="IHeadOutput"/>, which the detector postprocesses, or <see cref="IDetectionOutput"/> if
/// postprocessing is a part of the network. They are valid until <see cref="IDisposable.Dispose"/> is called. Concurrent reads are safe.
/// </summary>
public interface IInferenceOutput : IDisposable;
