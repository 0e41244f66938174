namespace RetinaSharp.AspNetCore.OpenInference;

/// <summary>Name, version and protocol extensions of the server.</summary>
internal sealed record ServerMetadata(string Name, string Version, IReadOnlyList<string> Extensions);

/// <summary>Whether the server runs.</summary>
internal sealed record ServerLive(bool Live);

/// <summary>Whether all models serve requests.</summary>
internal sealed record ServerReady(bool Ready);

/// <summary>Whether a model serves requests.</summary>
internal sealed record ModelReadiness(string Name, bool Ready);

/// <summary>Inputs and outputs of a model.</summary>
internal sealed record ModelMetadata(string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<TensorMetadata> Inputs, IReadOnlyList<TensorMetadata> Outputs);

/// <summary>A tensor: name, type and shape; -1 is any length.</summary>
internal sealed record TensorMetadata(string Name, string Datatype, IReadOnlyList<long> Shape);

/// <summary>An error.</summary>
internal sealed record InferError(string Error);
