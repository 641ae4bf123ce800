import type { MaskedAutoencoder, VideoMaskedAutoencoder } from '@masked-distill/mae';

/** A masked autoencoder of images or of clips. */
export type Autoencoder = MaskedAutoencoder | VideoMaskedAutoencoder;
